package baedal.gateway;

import baedal.runtime.Boot;
import baedal.runtime.Config;
import baedal.runtime.Tokens;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A real gateway as the world meets it, with one stand-in behind all its doors. */
final class TestGateway implements AutoCloseable {

  static final String LOOPBACK = "127.0.0.1";
  static final PublicHttpConfig EDGE =
      PublicHttpConfig.from(
          Config.of(
              Map.of(
                  "OPERATIONS_PORT", "0",
                  "MAX_REQUESTS_PER_SUBJECT", "0",
                  "MAX_REQUESTS_PER_ADDRESS", "0")));

  static final BreakerConfig BREAKER =
      new BreakerConfig(
          Duration.ofSeconds(2), 3, 75, Duration.ofSeconds(10), Duration.ofSeconds(3));

  /** One that fits the contract. */
  static final JsonObject ORDER =
      new JsonObject()
          .put("storeId", "s-1")
          .put(
              "lines",
              new JsonArray().add(new JsonObject().put("menuId", "m-1").put("quantity", 1)))
          .put("fulfilment", "VISIT");

  private static final String SECRET = "a secret of at least thirty-two bytes";

  /** As much as a service takes. */
  private static final int MAX_HEADER_BYTES = 40 * 1024;

  private static final int PATIENCE_MILLIS = 15_000;

  final Vertx vertx = Boot.vertx();
  final GatewayVerticle gateway;
  volatile Handler<HttpServerRequest> service = request -> request.response().end("fine");

  private final Tokens tokens = new Tokens(vertx, SECRET);

  /** With these settings beside those that it cannot do without. */
  TestGateway(Map<String, String> settings) {
    int at =
        vertx
            .createHttpServer(new HttpServerOptions().setMaxHeaderSize(MAX_HEADER_BYTES))
            .requestHandler(request -> service.handle(request))
            .listen(0, LOOPBACK)
            .await()
            .actualPort();
    Map<String, String> all = new HashMap<>();
    for (String name : List.of("order", "payment", "store", "rider", "coupon", "mypage")) {
      all.put(name.toUpperCase(Locale.ROOT) + "_URL", "http://" + LOOPBACK + ":" + at);
    }
    all.put("TOKEN_SECRET", SECRET);
    all.put("DEV_DOORS", "true");
    all.put("PORT", "0");
    all.put("OPERATIONS_PORT", "0");
    all.putAll(settings);
    gateway = new GatewayVerticle(GatewayConfig.from(Config.of(all)));
    vertx.deployVerticle(gateway).await();
  }

  @Override
  public void close() {
    vertx.close().await();
  }

  int port() {
    return gateway.port();
  }

  String bearer() {
    return bearer("c-1");
  }

  String bearer(String subject) {
    return bearer(subject, "customer");
  }

  String bearer(String subject, String role) {
    return "Bearer " + tokens.issue(subject, List.of(role), List.of());
  }

  Socket connect() throws IOException {
    return connect(1);
  }

  /** From the address 127.0.0.{@code last}. */
  Socket connect(int last) throws IOException {
    InetAddress from = InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(), from, 0);
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  /**
   * All that comes back until the gateway closes the connection; only the fact that it did when it
   * would not read on.
   */
  String raw(String request) {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (SocketException e) {
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A whole request with the caller's token, after which the connection ends. */
  String ask(String requestLine, String... headers) {
    StringBuilder request = new StringBuilder(requestLine).append("\r\nHost: gateway\r\n");
    request.append("Authorization: ").append(bearer()).append("\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    return raw(request.append("Connection: close\r\n\r\n").toString());
  }

  /** The values of a header of a raw answer, one a line. */
  static List<String> header(String answer, String name) {
    String start = name.toLowerCase(Locale.ROOT) + ": ";
    return answer
        .lines()
        .takeWhile(line -> !line.isEmpty())
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
        .map(line -> line.substring(start.length()))
        .toList();
  }
}
