package baedal.backing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Creates random secrets, and stores them in files that only their owner can read. */
public final class Secrets {

  private static final int BYTES = 24;
  private static final SecureRandom RANDOM = new SecureRandom();

  private Secrets() {}

  public static String random() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Returns the secret in this file. Creates it if the file is missing or empty. */
  public static String loadOrCreate(Path file) throws IOException {
    String secret = Files.exists(file) ? Files.readString(file).strip() : "";
    if (secret.isEmpty()) {
      secret = random();
      write(file, secret);
    }
    return secret;
  }

  /**
   * Writes a file that only its owner can read. After a crash the file has either the old content
   * or the new one.
   */
  public static void write(Path file, String content) throws IOException {
    Files.createDirectories(file.getParent());
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Files.deleteIfExists(part);
    Files.createFile(
        part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(part, content);
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
