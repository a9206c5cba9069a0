package baedal.order;

import baedal.runtime.Caller;
import baedal.runtime.Tokens;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.util.List;

/** Calls the API of a running order service, with tokens of people and services. */
final class OrderHttpClient {

  static final String SECRET = "a secret of at least thirty-two bytes";

  private final WebClient web;
  private final Tokens tokens;
  private final int port;

  OrderHttpClient(Vertx vertx, int port) {
    this.web = WebClient.create(vertx);
    this.tokens = new Tokens(vertx, SECRET);
    this.port = port;
  }

  String customer(String id) {
    return tokens.issue(id, List.of(Caller.CUSTOMER), List.of());
  }

  String owner(String id, String... stores) {
    return tokens.issue(id, List.of(Caller.OWNER), List.of(stores));
  }

  String token(String id, String role) {
    return tokens.issue(id, List.of(role), List.of());
  }

  String service() {
    return tokens.forService("payment");
  }

  HttpRequest<Buffer> request(HttpMethod method, String path, String token) {
    HttpRequest<Buffer> request = web.request(method, port, "127.0.0.1", path);
    return token == null ? request : request.bearerTokenAuthentication(token);
  }

  HttpResponse<Buffer> get(String path, String token) {
    return request(HttpMethod.GET, path, token).send().await();
  }

  HttpResponse<Buffer> post(String path, String token, JsonObject body) {
    return send(HttpMethod.POST, path, token, body).await();
  }

  HttpResponse<Buffer> put(String path, String token, JsonObject body) {
    return send(HttpMethod.PUT, path, token, body).await();
  }

  HttpResponse<Buffer> patch(String path, String token, JsonObject body) {
    return request(HttpMethod.PATCH, path, token)
        .putHeader("Content-Type", "application/merge-patch+json")
        .sendBuffer(body.toBuffer())
        .await();
  }

  Future<HttpResponse<Buffer>> send(HttpMethod method, String path, String token, JsonObject body) {
    HttpRequest<Buffer> request = request(method, path, token);
    return body == null ? request.send() : request.sendJsonObject(body);
  }

  static List<String> pointers(HttpResponse<Buffer> response) {
    JsonArray errors = response.bodyAsJsonObject().getJsonArray("errors");
    return errors.stream().map(e -> ((JsonObject) e).getString("pointer")).toList();
  }

  static String problem(HttpResponse<Buffer> response) {
    return response.statusCode() + " " + response.bodyAsJsonObject().getString("type");
  }

  static JsonObject delivery(JsonObject... lines) {
    return new JsonObject()
        .put("storeId", "s-1")
        .put("lines", new JsonArray(List.of(lines)))
        .put("fulfilment", "DELIVERY")
        .put("address", address("서울 마포구 월드컵로 2"))
        .put("memo", "문 앞에");
  }

  static JsonObject line(String menuId, int quantity, String... options) {
    return new JsonObject()
        .put("menuId", menuId)
        .put("quantity", quantity)
        .put("options", new JsonArray(List.of(options)));
  }

  static JsonObject address(String text) {
    return new JsonObject().put("text", text).put("lat", 37.56).put("lng", 126.92);
  }
}
