package baedal.runtime;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.slf4j.LoggerFactory;

/**
 * Sets the log level of a running process from a file with one word, such as {@code INFO}. {@link
 * Boot} uses it. It reads the file again and again, because Kubernetes replaces a mounted file by
 * changing a symbolic link in a parent folder, which a watch of the file does not report.
 */
final class LogLevelFile {

  private static final org.slf4j.Logger log = LoggerFactory.getLogger(LogLevelFile.class);
  private static final long READ_MILLIS = 1_000;

  /** A longer file holds no level. */
  private static final int MAX_BYTES = 64;

  private final Path file;

  /** What the last reading of the file has found; repeated findings are not logged. */
  private Object last;

  LogLevelFile(Path file) {
    this.file = file;
  }

  /** Reads the file of the setting LOG_LEVEL_FILE: at once, and then each second. */
  static void watch(Vertx vertx, Config config) {
    if (config.has("LOG_LEVEL_FILE")) {
      new LogLevelFile(Path.of(config.text("LOG_LEVEL_FILE"))).watch(vertx);
    }
  }

  /** Reads the file once. It blocks. */
  void refresh() {
    apply(read());
  }

  private void watch(Vertx vertx) {
    refresh();
    vertx.setPeriodic(READ_MILLIS, id -> vertx.executeBlocking(this::read).onSuccess(this::apply));
  }

  /** Returns the level, or a text that says why the file has none. */
  private Object read() {
    String content;
    try (var in = Files.newInputStream(file)) {
      content = new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return e.toString();
    }
    Level level = Level.toLevel(content, null);
    return level == null ? "no level: " + content : level;
  }

  private void apply(Object found) {
    if (Objects.equals(found, last)) {
      return;
    }
    last = found;
    if (found instanceof Level level) {
      Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
      if (!level.equals(root.getLevel())) {
        root.setLevel(level);
        log.atInfo().addKeyValue("level", level).log("log level changed");
      }
    } else {
      log.atWarn()
          .addKeyValue("file", file)
          .addKeyValue("cause", found)
          .log("the log level stays: the file must hold one of ERROR, WARN, INFO, DEBUG, TRACE");
    }
  }
}
