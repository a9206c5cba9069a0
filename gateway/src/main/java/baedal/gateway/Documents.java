package baedal.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;

/**
 * Serves the start page, the OpenAPI and AsyncAPI documents of the whole system, and the page
 * {@code /docs}, which shows both documents.
 */
final class Documents {

  /** The build packs the contracts of these services into the gateway. */
  private static final List<String> SERVICES =
      List.of("order", "payment", "store", "rider", "coupon", "mypage");

  private static final URI EVENTS = URI.create("/baedal/events/asyncapi.yaml");

  /** The page {@code /docs} runs only its own script, and calls only this gateway. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
          + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final Buffer openApi;
  private final Buffer asyncApi;
  private final Buffer asyncApiYaml;
  private final Buffer page = resource("/baedal/gateway/docs.html");
  private final Buffer script = resource("/baedal/gateway/docs.js");
  private final Buffer style = resource("/baedal/gateway/docs.css");

  /** Reads and merges the documents. This blocks: do not call it on an event loop. */
  Documents(boolean devDoors) {
    ApiDocument api = new ApiDocument();
    api.with("/baedal/gateway/openapi.yaml", path -> true);
    SERVICES.forEach(
        service -> api.with("/baedal/" + service + "/openapi.yaml", ProxyRoute::isPublic));
    api.with("/baedal/rabbitmq/dead-letters.yaml", ProxyRoute::isPublic);
    if (devDoors) {
      api.with("/baedal/gateway/dev.yaml", path -> true);
    }
    JsonNode events = events();
    openApi = Buffer.buffer(api.json().toString());
    asyncApi = Buffer.buffer(events.toString());
    asyncApiYaml = Buffer.buffer(yaml(events));
  }

  void mount(Router router) {
    router.get("/").handler(Documents::startPage);
    serve(router, "/openapi.json", "application/json", openApi);
    serve(router, "/asyncapi.json", "application/json", asyncApi);
    serve(router, "/asyncapi.yaml", "application/yaml", asyncApiYaml);
    serve(router, "/docs", "text/html; charset=utf-8", page);
    serve(router, "/docs.js", "text/javascript; charset=utf-8", script);
    serve(router, "/docs.css", "text/css; charset=utf-8", style);
  }

  private static void serve(Router router, String path, String type, Buffer document) {
    router
        .get(path)
        .handler(
            ctx ->
                ctx.response()
                    .putHeader(HttpHeaders.CONTENT_TYPE, type)
                    .putHeader("Content-Security-Policy", POLICY)
                    .end(document));
  }

  private static void startPage(RoutingContext ctx) {
    ctx.response()
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8")
        .sendFile("baedal/gateway/index.html");
  }

  /** The AsyncAPI document. Each reference to a schema is replaced by the schema itself. */
  private static JsonNode events() {
    JsonNode document = tree(EVENTS);
    for (JsonNode message : document.at("/components/messages")) {
      URI schema = EVENTS.resolve(message.at("/payload/$ref").asText());
      ((ObjectNode) message).set("payload", tree(schema));
    }
    return document;
  }

  /** Reads a YAML or JSON document from the class path. */
  static JsonNode tree(URI at) {
    try {
      return new YAMLMapper().readTree(resource(at.getPath()).getBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + at, e);
    }
  }

  private static String yaml(JsonNode document) {
    try {
      return new YAMLMapper().writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Buffer resource(String path) {
    try (InputStream stream = Documents.class.getResourceAsStream(path)) {
      if (stream == null) {
        throw new IllegalStateException(path + " is not on the class path");
      }
      return Buffer.buffer(stream.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
