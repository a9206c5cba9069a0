package baedal.runtime;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.WebClient;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * The requests that a service sends to its own server during its {@link WarmUp}. Each must be
 * refused, or find nothing, before it changes anything. Vert.x counts them in the HTTP metrics of
 * the process, with their status below 500.
 */
public final class WarmUpRequests {

  /** The id in all synthetic requests. Services generate other ids. */
  public static final String ID = "warm-up";

  private static final String LOOPBACK = "127.0.0.1";

  private final WebClient client;
  private final IntSupplier port;
  private final String service;
  private final Tokens tokens;

  /** {@code port} is the port on which {@code service} listens on loopback. */
  public WarmUpRequests(Vertx vertx, IntSupplier port, String service, Tokens tokens) {
    client = WebClient.create(vertx);
    this.port = port;
    this.service = service;
    this.tokens = tokens;
  }

  /** Sends a request with the token of the service. Fails unless its response is a 404. */
  public Future<?> findNothing(String path) {
    return sendAsService(HttpMethod.GET, path, null, 404);
  }

  /** Sends a request with the token of the service. Fails unless its response has this status. */
  public Future<?> sendAsService(HttpMethod method, String path, JsonObject body, int status) {
    return send(method, path, tokens.forService(service), body, status);
  }

  /**
   * Sends a request of a person with this role, which only works if {@link Identity#signsPeople}.
   * Fails unless its response has this status.
   */
  public Future<?> sendAsPerson(
      HttpMethod method, String path, String role, JsonObject body, int status) {
    return send(method, path, tokens.issue(ID, List.of(role), List.of()), body, status);
  }

  private Future<?> send(
      HttpMethod method, String path, String token, JsonObject body, int expected) {
    var request = client.request(method, port.getAsInt(), LOOPBACK, path);
    request.bearerTokenAuthentication(token);
    return (body == null ? request.send() : request.sendJsonObject(body))
        .map(
            response -> {
              if (response.statusCode() != expected) {
                throw new IllegalStateException(
                    "%s %s responded with status %d"
                        .formatted(method, path, response.statusCode()));
              }
              return response;
            });
  }

  /** Closes the connections. */
  public void close() {
    client.close();
  }
}
