package baedal.gateway;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/**
 * What the system promises, for machines and for people: the documents, and a page to read them.
 */
final class Documents {

  /** Those of the services are put beside the gateway's own when it is built. */
  private static final List<String> SERVICES =
      List.of("order", "payment", "store", "rider", "coupon", "mypage");

  private final Buffer openApi;

  Documents(boolean devDoors) {
    ApiDocument api = new ApiDocument();
    SERVICES.forEach(service -> api.with("/baedal/" + service + "/openapi.yaml", Proxies::passOn));
    api.with("/baedal/rabbitmq/dead-letters.yaml", Proxies::passOn);
    api.with("/baedal/gateway/openapi.yaml", path -> true);
    if (devDoors) {
      api.with("/baedal/gateway/dev.yaml", path -> true);
    }
    openApi = Buffer.buffer(api.json().toString());
  }

  void mount(Router router) {
    router.get("/openapi.json").handler(ctx -> send(ctx, "application/json", openApi));
  }

  private static void send(RoutingContext ctx, String type, Buffer document) {
    ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, type).end(document);
  }
}
