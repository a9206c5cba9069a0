package baedal.testkit;

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
 * A TCP proxy that makes the network between a client and a server fail: slow, frozen, cut, or
 * dead. With several servers, it gives each new connection to the next one in turn.
 */
public final class FaultProxy {

  /** What is lost when a message is cut. */
  public enum Loss {
    /** The message: the server never gets it. */
    REQUEST,
    /** The server's response: the server did the work, and the client does not know. */
    RESPONSE
  }

  private static final long RESPONSE_IS_LOST_AFTER_MILLIS = 20;

  private final Vertx vertx;
  private final List<URI> servers;
  private final AtomicInteger next = new AtomicInteger();
  private final NetClient client;
  private final NetServer proxy;
  private final String uri;
  private final Set<NetSocket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicLong sent = new AtomicLong();
  private final Map<URI, AtomicLong> sentTo = new ConcurrentHashMap<>();
  private volatile AtomicLong left = new AtomicLong(Long.MAX_VALUE);
  private volatile Loss loss = Loss.REQUEST;
  private volatile Runnable afterCut = () -> {};
  private volatile Consumer<Buffer> listener = message -> {};
  private volatile long delayMillis;
  private volatile boolean frozen;
  private volatile boolean dead;

  public FaultProxy(Vertx vertx, String... serverUris) {
    this.vertx = vertx;
    servers = new CopyOnWriteArrayList<>(Stream.of(serverUris).map(URI::create).toList());
    client = vertx.createNetClient();
    proxy = vertx.createNetServer().connectHandler(this::connected);
    int port = proxy.listen(0, "127.0.0.1").await().actualPort();
    URI first = servers.get(0);
    uri = first.toString().replace(":" + first.getPort(), ":" + port);
  }

  /** Gives new connections to this server too. */
  public void add(String serverUri) {
    servers.add(URI.create(serverUri));
  }

  /** Gives no new connection to this server. */
  public void remove(String serverUri) {
    servers.remove(URI.create(serverUri));
  }

  /** The first server's URI with the address of this proxy. */
  public String uri() {
    return uri;
  }

  /** The number of messages that clients sent so far. */
  public long sent() {
    return sent.get();
  }

  /** The number of messages that clients sent to this server. */
  public long sentTo(String serverUri) {
    return sentTo.getOrDefault(URI.create(serverUri), new AtomicLong()).get();
  }

  /** Passes every further message of a client to {@code listener}. */
  public void listen(Consumer<Buffer> listener) {
    this.listener = listener;
  }

  /** Loses the {@code nth} message from now on, and closes its connection. */
  public void cut(long nth, Loss what) {
    cut(nth, what, () -> {});
  }

  /** As {@link #cut(long, Loss)}; runs {@code then} before any other message passes. */
  public void cut(long nth, Loss what, Runnable then) {
    cut(new AtomicLong(nth), what, then);
  }

  /** As {@link #cut(long, Loss, Runnable)}, with a counter that several proxies share. */
  public void cut(AtomicLong nth, Loss what, Runnable then) {
    loss = what;
    afterCut = then;
    left = nth;
  }

  /** Cancels a cut that has not happened yet. */
  public void cancelCut() {
    left = new AtomicLong(Long.MAX_VALUE);
  }

  /** Closes all connections and the proxy itself, for good. */
  public void die() {
    dead = true;
    refuse();
    proxy.close();
    client.close();
  }

  /** Closes all connections, and refuses new ones until a server is added. */
  public void refuse() {
    servers.clear();
    closeConnections();
  }

  /** Closes all connections; new ones pass. */
  public void closeConnections() {
    sockets.forEach(NetSocket::close);
  }

  /** Delivers everything {@code millis} later. */
  public void delay(long millis) {
    delayMillis = millis;
  }

  /** Keeps all connections open, old and new ones, and passes nothing on. */
  public void freeze() {
    frozen = true;
    sockets.forEach(NetSocket::pause);
  }

  /** Passes on again, beginning with what came while the proxy was frozen. */
  public void thaw() {
    frozen = false;
    sockets.forEach(NetSocket::resume);
  }

  /** Freezes the connections of now for ever, as if the machine were gone; new ones pass. */
  public void strand() {
    sockets.forEach(NetSocket::pause);
    sockets.clear();
  }

  /** Ends every fault; closes all connections, so that what was frozen in them is lost. */
  public void recover() {
    frozen = false;
    delayMillis = 0;
    cancelCut();
    closeConnections();
  }

  private void connected(NetSocket in) {
    if (servers.isEmpty()) {
      in.close();
      return;
    }
    in.pause();
    URI server = servers.get(Math.floorMod(next.getAndIncrement(), servers.size()));
    client
        .connect(server.getPort(), server.getHost())
        .onSuccess(
            out -> {
              if (dead || !servers.contains(server)) {
                out.close();
                in.close();
              } else {
                join(in, out, server);
              }
            })
        .onFailure(e -> in.close());
  }

  private void join(NetSocket in, NetSocket out, URI server) {
    AtomicLong toThisServer = sentTo.computeIfAbsent(server, uri -> new AtomicLong());
    closeTogether(in, out);
    closeTogether(out, in);
    in.handler(
        message -> {
          toThisServer.incrementAndGet();
          forward(message, in, out);
        });
    out.handler(response -> later(() -> in.write(response)));
    if (frozen) {
      out.pause();
    } else {
      in.resume();
    }
  }

  private void closeTogether(NetSocket one, NetSocket other) {
    sockets.add(one);
    one.closeHandler(
        v -> {
          sockets.remove(one);
          other.close();
        });
  }

  private void forward(Buffer message, NetSocket in, NetSocket out) {
    sent.incrementAndGet();
    listener.accept(message);
    if (left.decrementAndGet() == 0) {
      lose(message, in, out);
    } else {
      later(() -> out.write(message));
    }
  }

  private void lose(Buffer message, NetSocket in, NetSocket out) {
    out.handler(response -> {});
    Runnable then = afterCut;
    if (loss == Loss.REQUEST) {
      in.close();
      then.run();
      return;
    }
    out.write(message)
        .onComplete(
            v -> {
              then.run();
              vertx.setTimer(RESPONSE_IS_LOST_AFTER_MILLIS, id -> in.close());
            });
  }

  private void later(Runnable write) {
    if (dead) {
      return;
    }
    if (delayMillis == 0) {
      write.run();
    } else {
      vertx.setTimer(delayMillis, id -> write.run());
    }
  }
}
