package baedal.journey;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The way of TCP connections to a server, which can be slow, silent or cut; or to several servers,
 * each in its turn.
 */
final class Wire {

  /** What is lost when a message is cut. */
  enum Loss {
    /** The message: the server never hears of it. */
    REQUEST,
    /** What the server answers to it: it was done, and nobody knows. */
    ANSWER
  }

  private final Vertx vertx;
  private final List<URI> servers;
  private final AtomicInteger turn = new AtomicInteger();
  private final NetClient client;
  private final NetServer proxy;
  private final String uri;
  private final Set<NetSocket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicLong sent = new AtomicLong();
  private final Map<URI, AtomicLong> sentTo = new ConcurrentHashMap<>();
  private volatile AtomicLong left = new AtomicLong(Long.MAX_VALUE);
  private volatile Loss loss = Loss.REQUEST;
  private volatile Runnable whenCut = () -> {};
  private volatile Consumer<Buffer> listener = message -> {};
  private volatile long delayMillis;
  private volatile boolean frozen;
  private volatile boolean dead;

  Wire(Vertx vertx, String... serverUris) {
    this.vertx = vertx;
    servers = new CopyOnWriteArrayList<>(Stream.of(serverUris).map(URI::create).toList());
    client = vertx.createNetClient();
    proxy = vertx.createNetServer().connectHandler(this::connected);
    int port = proxy.listen(0, "127.0.0.1").await().actualPort();
    URI first = servers.get(0);
    uri = first.toString().replace(":" + first.getPort(), ":" + port);
  }

  /** One more server that takes its turn. */
  void add(String serverUri) {
    servers.add(URI.create(serverUri));
  }

  /** New connections do not go there any more. */
  void remove(String serverUri) {
    servers.remove(URI.create(serverUri));
  }

  /** As the first server's own, but through this wire. */
  String uri() {
    return uri;
  }

  /** How many messages went from the services to the server so far. */
  long sent() {
    return sent.get();
  }

  /** How many of them went to that one of several servers. */
  long sentTo(String serverUri) {
    return sentTo.getOrDefault(URI.create(serverUri), new AtomicLong()).get();
  }

  /** From now on {@code listener} hears every message to the server. */
  void listen(Consumer<Buffer> listener) {
    this.listener = listener;
  }

  /** The {@code nth} message from now on is lost, and its connection with it. */
  void cut(long nth, Loss what) {
    cut(nth, what, () -> {});
  }

  /** As the other; {@code then} is run before anything else gets through. */
  void cut(long nth, Loss what, Runnable then) {
    cut(new AtomicLong(nth), what, then);
  }

  /** As the other, of so many messages as are {@code toGo} on all the wires that share it. */
  void cut(AtomicLong toGo, Loss what, Runnable then) {
    loss = what;
    whenCut = then;
    left = toGo;
  }

  /** Nothing will be cut. */
  void spare() {
    left = new AtomicLong(Long.MAX_VALUE);
  }

  /** Nothing comes through any more, in no direction, for ever. */
  void die() {
    dead = true;
    hangUp();
    proxy.close();
    client.close();
  }

  /** All connections end, and new ones are refused until it leads somewhere again. */
  void hangUp() {
    servers.clear();
    sockets.forEach(NetSocket::close);
  }

  /** Everything arrives, but {@code millis} later. */
  void delay(long millis) {
    delayMillis = millis;
  }

  /** Connections stay, and nothing comes through. */
  void freeze() {
    frozen = true;
  }

  /** What was silent is cut; from now on everything is well. */
  void thaw() {
    frozen = false;
    delayMillis = 0;
    spare();
    sockets.forEach(NetSocket::close);
  }

  private void connected(NetSocket service) {
    if (servers.isEmpty()) {
      service.close();
      return;
    }
    service.pause();
    URI server = servers.get(Math.floorMod(turn.getAndIncrement(), servers.size()));
    client
        .connect(server.getPort(), server.getHost())
        .onSuccess(
            to -> {
              if (dead || !servers.contains(server)) {
                to.close();
                service.close();
              } else {
                join(service, to, server);
              }
            })
        .onFailure(e -> service.close());
  }

  private void join(NetSocket service, NetSocket to, URI server) {
    sockets.add(service);
    AtomicLong here = sentTo.computeIfAbsent(server, uri -> new AtomicLong());
    service.closeHandler(
        v -> {
          sockets.remove(service);
          to.close();
        });
    to.closeHandler(v -> service.close());
    service.handler(
        message -> {
          here.incrementAndGet();
          forward(message, service, to);
        });
    to.handler(answer -> later(() -> service.write(answer)));
    service.resume();
  }

  private void forward(Buffer message, NetSocket service, NetSocket to) {
    sent.incrementAndGet();
    listener.accept(message);
    if (left.decrementAndGet() == 0) {
      to.handler(answer -> {});
      Runnable then = whenCut;
      if (loss == Loss.REQUEST) {
        service.close();
        then.run();
      } else {
        to.write(message)
            .onComplete(
                v -> {
                  then.run();
                  vertx.setTimer(20, id -> service.close());
                });
      }
      return;
    }
    later(() -> to.write(message));
  }

  private void later(Runnable write) {
    if (frozen || dead) {
      return;
    }
    if (delayMillis == 0) {
      write.run();
    } else {
      vertx.setTimer(delayMillis, id -> write.run());
    }
  }
}
