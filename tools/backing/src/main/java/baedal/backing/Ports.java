package baedal.backing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.SecureRandom;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** Finds free TCP ports of the loopback address, for the servers that this JVM starts. */
public final class Ports {

  private static final int CONNECT_MILLIS = 300;
  private static final int FIRST = 20_000;
  private static final int RANGE = 500;
  private static final int RANGES = 24;
  private static final int MAX_TRIES = 1_000;
  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * Ports that {@link #free} does not return, oldest first: ports that it has returned, because
   * their servers may not listen yet; and ports that it found in use.
   */
  private static final Set<Integer> RECENT = new LinkedHashSet<>();

  /**
   * Reserves the range of ports of this process: the socket is bound to the first port of the range
   * until the process ends.
   */
  private static ServerSocket range;

  private Ports() {}

  /**
   * Returns a port that no process uses, and does not return this port again before about 250 other
   * ports. Each process has its own range of ports. All ranges are below port 32768, because Linux
   * uses the ports from 32768 on for outgoing connections.
   */
  public static synchronized int free() throws IOException {
    if (range == null) {
      range = reserveRange();
    }
    int first = range.getLocalPort() + 1;
    while (RECENT.size() > RANGE / 2) {
      RECENT.remove(RECENT.iterator().next());
    }
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      int port = first + RANDOM.nextInt(RANGE - 1);
      if (RECENT.add(port) && isFree(port)) {
        return port;
      }
    }
    throw new IOException("cannot find a free port between " + first + " and " + (first + RANGE));
  }

  private static ServerSocket reserveRange() throws IOException {
    IOException cause = null;
    for (int port = FIRST; port < FIRST + RANGES * RANGE; port += RANGE) {
      try {
        return bind(port);
      } catch (IOException taken) {
        cause = taken;
      }
    }
    throw new IOException(
        "other processes use all " + RANGES + " ranges of ports from " + FIRST + " on", cause);
  }

  public static boolean isFree(int port) {
    return bindError(port).isEmpty();
  }

  /** The operating system's reason why no server can listen on this port; empty if one can. */
  public static Optional<String> bindError(int port) {
    try {
      bind(port).close();
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e.getMessage());
    }
  }

  private static ServerSocket bind(int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    try {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Whether a server accepts connections on this port. */
  public static boolean answers(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
