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
 * A TCP proxy with which a test delays, freezes or cuts the network between a client and a server.
 * With several servers, it distributes new connections round-robin. A "message" of a client is one
 * buffer that the proxy reads from the client's connection.
 */
public final class FaultProxy {

  /** What {@link #cut(long, Loss)} loses. */
  public enum Loss {
    /** The client's message: the server does not receive it. */
    REQUEST,
    /** The server's response: the server has done the work, but the client does not know. */
    RESPONSE
  }

  /**
   * How long the connection stays open after a message whose response is lost, so that the server
   * can handle the message.
   */
  private static final long CLOSE_AFTER_MILLIS = 20;

  private final Vertx vertx;
  private final List<URI> servers;
  private final AtomicInteger next = new AtomicInteger();
  private final NetClient client;
  private final NetServer proxy;
  private final String uri;
  private final Set<NetSocket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicLong sent = new AtomicLong();
  private final Map<URI, AtomicLong> sentTo = new ConcurrentHashMap<>();
  private volatile AtomicLong untilCut = new AtomicLong(Long.MAX_VALUE);
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

  /** From now on, new connections may go to this server too. */
  public void add(String serverUri) {
    servers.add(URI.create(serverUri));
  }

  /** From now on, no new connection goes to this server. */
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

  /** The number of messages that clients sent to this server so far. */
  public long sentTo(String serverUri) {
    return sentTo.getOrDefault(URI.create(serverUri), new AtomicLong()).get();
  }

  /** Calls {@code listener} with every further message of a client. */
  public void listen(Consumer<Buffer> listener) {
    this.listener = listener;
  }

  /**
   * Loses the {@code nth} message from now on, or its response, and closes the message's
   * connection. The next message is number 1.
   */
  public void cut(long nth, Loss loss) {
    cut(nth, loss, () -> {});
  }

  /**
   * As {@link #cut(long, Loss)}. The cut also runs {@code then} on the proxy's event loop. So no
   * message passes this proxy while {@code then} runs.
   */
  public void cut(long nth, Loss loss, Runnable then) {
    cut(new AtomicLong(nth), loss, then);
  }

  /** As {@link #cut(long, Loss, Runnable)}; several proxies can share the counter {@code nth}. */
  public void cut(AtomicLong nth, Loss loss, Runnable then) {
    this.loss = loss;
    afterCut = then;
    untilCut = nth;
  }

  /** Cancels a cut that has not happened yet. */
  public void cancelCut() {
    untilCut = new AtomicLong(Long.MAX_VALUE);
  }

  /** Closes all connections and the proxy itself; nothing opens it again. */
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

  /** Closes all open connections. New connections work. */
  public void closeConnections() {
    sockets.forEach(NetSocket::close);
  }

  /** Delays each further message and response by {@code millis}. */
  public void delay(long millis) {
    delayMillis = millis;
  }

  /** Forwards no data in either direction; open and new connections stay open. */
  public void freeze() {
    frozen = true;
    sockets.forEach(NetSocket::pause);
  }

  /** Forwards again, first the data that arrived while the proxy was frozen. */
  public void thaw() {
    frozen = false;
    sockets.forEach(NetSocket::resume);
  }

  /**
   * From now on forwards no data on the connections that are open now, and does not close them, as
   * if the server's machine had lost its power. New connections work.
   */
  public void strand() {
    sockets.forEach(NetSocket::pause);
    sockets.clear();
  }

  /**
   * Ends a freeze, a delay and a cut, and closes the connections. Data that the freeze held back is
   * lost.
   */
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
    out.handler(response -> afterDelay(() -> in.write(response)));
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
    if (untilCut.decrementAndGet() == 0) {
      lose(message, in, out);
    } else {
      afterDelay(() -> out.write(message));
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
              vertx.setTimer(CLOSE_AFTER_MILLIS, id -> in.close());
            });
  }

  private void afterDelay(Runnable write) {
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
