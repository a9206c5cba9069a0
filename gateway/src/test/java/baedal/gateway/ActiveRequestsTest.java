package baedal.gateway;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpMethod;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The metric of active requests stays correct when clients reset streams or connections. */
class ActiveRequestsTest {

  private static final int REQUESTS = 50;

  /** The number of active requests while only the metrics are requested. */
  private static final double ONLY_METRICS = 1;

  private final AtomicInteger waiting = new AtomicInteger();
  private TestGateway gateway;

  private void use(TestGateway started) {
    gateway = started;
    gateway.service =
        request -> {
          waiting.incrementAndGet();
          request.response().closeHandler(v -> waiting.decrementAndGet());
        };
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private List<Double> active() {
    String metrics =
        gateway
            .vertx
            .createHttpClient()
            .request(HttpMethod.GET, gateway.operationsPort(), TestGateway.LOOPBACK, "/metrics")
            .compose(request -> request.send())
            .compose(answer -> answer.body())
            .await()
            .toString();
    return metrics
        .lines()
        .filter(line -> line.startsWith("vertx_http_server_active_requests{"))
        .map(line -> Double.valueOf(line.substring(line.lastIndexOf(' ') + 1)))
        .toList();
  }

  private void assertOnlyMetricsActive() {
    await().until(() -> waiting.get() == 0);
    await().until(() -> active().stream().mapToDouble(Double::doubleValue).sum() <= ONLY_METRICS);
    assertThat(active()).allMatch(number -> number >= 0);
    assertThat(active().stream().mapToDouble(Double::doubleValue).sum()).isEqualTo(ONLY_METRICS);
  }

  @Test
  void http_1_requests_are_counted_once_if_their_connections_are_reset() throws Exception {
    use(new TestGateway(Map.of()));
    for (boolean reset : List.of(true, false)) {
      List<Socket> clients = new ArrayList<>();
      for (int i = 0; i < REQUESTS; i++) {
        Socket client = gateway.connect();
        client.setSoLinger(reset, 0);
        String head = i % 2 == 0 ? "GET /stores" : "POST /orders";
        String request =
            head + " HTTP/1.1\r\nHost: x\r\nAuthorization: " + gateway.bearer() + "\r\n\r\n";
        client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        clients.add(client);
      }
      await().until(() -> waiting.get() == REQUESTS);
      for (Socket client : clients) {
        client.close();
      }
      assertOnlyMetricsActive();
    }
  }

  @Test
  void http_2_requests_are_counted_once_if_their_streams_are_reset() throws Exception {
    use(TestGateway.withTls(Map.of()));
    try (RawHttp2 client = new RawHttp2(gateway.port(), 1)) {
      for (int i = 0; i < REQUESTS; i++) {
        int stream = 1 + 2 * i;
        if (i % 2 == 0) {
          client.get(stream, "/stores", null);
        } else {
          client.request(stream, "POST", "/orders", gateway.bearer(), "10", false);
          client.frame(RawHttp2.DATA, 0, stream, new byte[5]);
        }
        if (i % 4 < 2) {
          client.number(RawHttp2.RST_STREAM, stream, RawHttp2.CANCEL);
        }
      }
      client.barrier();
    }
    assertOnlyMetricsActive();
  }
}
