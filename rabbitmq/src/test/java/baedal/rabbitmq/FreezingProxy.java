package baedal.rabbitmq;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * Stands before a server, and remembers what it was sent. Frozen, it passes nothing on and closes
 * nothing, as a machine that hangs.
 */
final class FreezingProxy {

  private final NetClient client;
  private final NetServer server;
  private final URI target;
  private final Set<NetSocket> sockets = ConcurrentHashMap.newKeySet();
  private final Queue<String> sent = new ConcurrentLinkedQueue<>();
  private volatile boolean frozen;

  FreezingProxy(Vertx vertx, String targetUri) {
    target = URI.create(targetUri);
    client = vertx.createNetClient();
    server = vertx.createNetServer().connectHandler(this::connected).listen(0, "127.0.0.1").await();
  }

  /** The server's URI, by way of this proxy. */
  String uri() {
    return target.toString().replace(":" + target.getPort(), ":" + server.actualPort());
  }

  /** All that clients said, a character for each byte. */
  String sent() {
    return String.join("", sent);
  }

  private void connected(NetSocket in) {
    in.pause();
    client
        .connect(target.getPort(), target.getHost())
        .onSuccess(
            out -> {
              pipe(in, out, data -> sent.add(data.toString(StandardCharsets.ISO_8859_1)));
              pipe(out, in, data -> {});
            })
        .onFailure(e -> in.close());
  }

  private void pipe(NetSocket from, NetSocket to, Consumer<Buffer> seen) {
    sockets.add(from);
    from.handler(
        data -> {
          seen.accept(data);
          to.write(data);
        });
    from.closeHandler(
        v -> {
          sockets.remove(from);
          to.close();
        });
    if (frozen) {
      from.pause();
    } else {
      from.resume();
    }
  }

  /** The connections there are hang; those made from now on too. */
  void freeze() {
    frozen = true;
    sockets.forEach(NetSocket::pause);
  }

  /** The connections there are hang for good, as if the machine were gone; new ones pass. */
  void strand() {
    sockets.forEach(NetSocket::pause);
    sockets.clear();
  }

  /** The connections there are end; new ones pass. */
  void cut() {
    sockets.forEach(NetSocket::close);
  }

  void thaw() {
    frozen = false;
    sockets.forEach(NetSocket::resume);
  }
}
