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

/** TCP ports of the loopback address. */
public final class Ports {

  private static final int CONNECT_MILLIS = 300;
  private static final int FIRST = 20_000;
  private static final int RANGE = 500;
  private static final int RANGES = 24;
  private static final int MAX_TRIES = 1_000;
  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * The last ones, oldest first: their servers may not listen yet. And those that were found in
   * use.
   */
  private static final Set<Integer> GIVEN = new LinkedHashSet<>();

  /** Listens on the first port of the range that is this process's until it ends. */
  private static ServerSocket range;

  private Ports() {}

  /**
   * A port that nobody uses, and not the same again before some hundred others. It lies below the
   * range from which the system takes ports for outgoing connections (32768 and up on Linux), so
   * that none of these takes it before its server does. Processes that run side by side have ranges
   * of their own.
   */
  public static synchronized int free() throws IOException {
    if (range == null) {
      range = ownRange();
    }
    int first = range.getLocalPort() + 1;
    while (GIVEN.size() > RANGE / 2) {
      GIVEN.remove(GIVEN.iterator().next());
    }
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      int port = first + RANDOM.nextInt(RANGE - 1);
      if (GIVEN.add(port) && isFree(port)) {
        return port;
      }
    }
    throw new IOException("no free port between " + first + " and " + (first + RANGE));
  }

  private static ServerSocket ownRange() throws IOException {
    IOException why = null;
    for (int port = FIRST; port < FIRST + RANGES * RANGE; port += RANGE) {
      try {
        return listening(port);
      } catch (IOException taken) {
        why = taken;
      }
    }
    throw new IOException("all ranges of ports from " + FIRST + " on are taken", why);
  }

  public static boolean isFree(int port) {
    return obstacle(port).isEmpty();
  }

  /** Why nobody can listen on this port now, in the words of the system. */
  public static Optional<String> obstacle(int port) {
    try {
      listening(port).close();
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e.getMessage());
    }
  }

  private static ServerSocket listening(int port) throws IOException {
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

  public static boolean answers(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
