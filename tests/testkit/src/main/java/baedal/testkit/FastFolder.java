package baedal.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder in which tests keep the data of their servers. It is in memory if enough memory is
 * free, because a server waits for the disk at each commit.
 */
public final class FastFolder {

  private static final Path MEMORY = Path.of("/dev/shm");

  /** Containers often have 64 MB there, too little for a broker. */
  private static final long MIN_FREE_BYTES = 4L << 30;

  private FastFolder() {}

  /** An existing folder for temporary folders: {@code /dev/shm}, or that of the JVM. */
  public static Path parent() {
    return hasEnoughMemory() ? MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
  }

  private static boolean hasEnoughMemory() {
    try {
      return Files.isWritable(MEMORY)
          && Files.getFileStore(MEMORY).getUsableSpace() >= MIN_FREE_BYTES;
    } catch (IOException e) {
      return false;
    }
  }
}
