package baedal.backing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** TCP ports of the loopback address. */
public final class Ports {

  private static final int CONNECT_MILLIS = 300;
  private static final int RANGE = 4_000;
  private static final int FIRST =
      20_000 + Integer.getInteger("surefire.forkNumber", 1) % 3 * RANGE;
  private static final int LAST = FIRST + RANGE;
  private static final int MAX_TRIES = 1_000;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Set<Integer> GIVEN = new HashSet<>();

  private Ports() {}

  /**
   * A port that nobody uses, never the same twice. It lies below the range from which the system
   * takes ports for outgoing connections (32768 and up on Linux), so that none of these takes it
   * before its server does. Test processes that run side by side have ranges of their own.
   */
  public static synchronized int free() throws IOException {
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      int port = FIRST + RANDOM.nextInt(LAST - FIRST);
      if (GIVEN.add(port) && isFree(port)) {
        return port;
      }
    }
    throw new IOException("no free port between " + FIRST + " and " + LAST);
  }

  public static boolean isFree(int port) {
    return obstacle(port).isEmpty();
  }

  /** Why nobody can listen on this port now, in the words of the system. */
  public static Optional<String> obstacle(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e.getMessage());
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
