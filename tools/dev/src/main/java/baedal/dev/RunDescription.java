package baedal.dev;

import baedal.runtime.Json;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;

/**
 * Reads and writes the file {@code run.json}, which holds the addresses, processes and folders of a
 * running system. The file exists while the system is ready.
 */
final class RunDescription {

  private static final String NAME = "run.json";
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(90);

  private RunDescription() {}

  static Path file(Path home) {
    return home.resolve(NAME);
  }

  /**
   * Waits until the system of this folder is ready, and returns the URL of its gateway. Throws
   * {@link Failure} after 90 seconds, or when no system runs from the folder.
   */
  static String awaitGateway(Path home) throws IOException {
    long deadline = System.nanoTime() + READY_TIMEOUT.toNanos();
    while (!Files.exists(file(home))) {
      if (!HomeFolder.isInUse(home) || System.nanoTime() > deadline) {
        throw new Failure("the system with its data in " + home + " did not become ready");
      }
      Client.pause();
    }
    return Json.mapper().readTree(file(home).toFile()).path("gateway").asText();
  }

  /** Writes the file atomically, so that no reader sees a part of it. */
  static void write(Path home, Settings settings, ArrayNode processes) throws IOException {
    ObjectNode run = Json.mapper().createObjectNode();
    run.put("gateway", settings.url("gateway"));
    run.put("operations", "http://127.0.0.1:" + settings.port(Settings.OPERATIONS));
    run.set("processes", processes);
    Path part = Files.writeString(home.resolve(NAME + ".part"), run.toPrettyString() + "\n");
    Files.move(part, file(home), StandardCopyOption.ATOMIC_MOVE);
  }

  static void delete(Path home) throws IOException {
    Files.deleteIfExists(file(home));
  }
}
