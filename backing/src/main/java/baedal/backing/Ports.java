package baedal.backing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HashSet;
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
  private static final Set<Integer> GIVEN = new HashSet<>();
  private static int first = -1;

  private Ports() {}

  /**
   * A port that nobody uses, and not the same again soon. It lies below the range from which the
   * system takes ports for outgoing connections (32768 and up on Linux), so that none of these
   * takes it before its server does. Processes that run side by side have ranges of their own.
   */
  public static synchronized int free() throws IOException {
    if (first < 0) {
      first = ownRange();
    }
    if (GIVEN.size() > RANGE / 2) {
      GIVEN.clear();
    }
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      int port = first + RANDOM.nextInt(RANGE);
      if (GIVEN.add(port) && isFree(port)) {
        return port;
      }
    }
    throw new IOException("no free port between " + first + " and " + (first + RANGE));
  }

  /** The first port of a range that is this process's until it ends. */
  @SuppressWarnings("resource")
  private static int ownRange() throws IOException {
    Path folder =
        Path.of(
            System.getProperty("java.io.tmpdir"),
            "baedal-ports-" + System.getProperty("user.name"));
    Files.createDirectories(folder);
    for (int range = 0; range < RANGES; range++) {
      Path file = folder.resolve(Integer.toString(range));
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.tryLock() != null) {
        return FIRST + range * RANGE;
      }
      channel.close();
    }
    throw new IOException("all ranges of ports are taken: see " + folder);
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
