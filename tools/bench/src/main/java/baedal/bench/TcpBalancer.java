package baedal.bench;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Distributes new TCP connections among the endpoints of one service, as a Kubernetes Service does.
 * An open connection stays with its endpoint, also after the endpoint is removed. {@link
 * Deployment} adds and removes endpoints.
 */
final class TcpBalancer {

  private static final String LOOPBACK = "127.0.0.1";
  private static final int CONNECT_MILLIS = 3_000;

  private final NetClient client;
  private final int port;
  private final List<Integer> endpoints = new CopyOnWriteArrayList<>();
  private final Map<Integer, AtomicLong> messages = new ConcurrentHashMap<>();
  private final AtomicInteger next = new AtomicInteger();

  TcpBalancer(Vertx vertx) {
    client = vertx.createNetClient(new NetClientOptions().setConnectTimeout(CONNECT_MILLIS));
    port =
        vertx
            .createNetServer()
            .connectHandler(this::accept)
            .listen(0, LOOPBACK)
            .await()
            .actualPort();
  }

  String url() {
    return "http://" + LOOPBACK + ":" + port;
  }

  void add(int endpoint) {
    if (!has(endpoint)) {
      endpoints.add(endpoint);
    }
  }

  void remove(int endpoint) {
    endpoints.remove(Integer.valueOf(endpoint));
  }

  boolean has(int endpoint) {
    return endpoints.contains(endpoint);
  }

  /**
   * The number of messages that clients have sent to this endpoint. A request is usually one
   * message.
   */
  long messagesTo(int endpoint) {
    return messages.computeIfAbsent(endpoint, unused -> new AtomicLong()).get();
  }

  private void accept(NetSocket in) {
    in.pause();
    Object[] present = endpoints.toArray();
    if (present.length == 0) {
      in.close();
      return;
    }
    int endpoint = (int) present[Math.floorMod(next.getAndIncrement(), present.length)];
    Future<NetSocket> connected = client.connect(endpoint, LOOPBACK);
    in.closeHandler(v -> connected.onSuccess(NetSocket::close));
    connected.onSuccess(out -> join(in, out, endpoint)).onFailure(e -> in.close());
  }

  private void join(NetSocket in, NetSocket out, int endpoint) {
    AtomicLong received = messages.computeIfAbsent(endpoint, unused -> new AtomicLong());
    out.closeHandler(v -> in.close());
    in.handler(
        message -> {
          received.incrementAndGet();
          out.write(message);
        });
    out.handler(in::write);
    in.resume();
  }
}
