package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A mounted ConfigMap that holds the log level. */
class LogLevelFileTest {

  private static final Duration WITHIN = Duration.ofSeconds(30);

  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final Level before = root.getLevel();
  private final Vertx vertx = Vertx.vertx();

  @TempDir Path mount;

  @AfterEach
  void stop() {
    vertx.close().await();
    root.setLevel(before);
  }

  /** Does what the kubelet does: writes a new folder, and replaces the link "..data" to it. */
  private void mount(String version, String content) throws IOException {
    Path data = Files.createDirectory(mount.resolve(version));
    Files.writeString(data.resolve("level"), content);
    Path link = Files.createSymbolicLink(mount.resolve("..new"), data.getFileName());
    Files.move(link, mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    if (!Files.isSymbolicLink(mount.resolve("level"))) {
      Files.createSymbolicLink(mount.resolve("level"), Path.of("..data", "level"));
    }
  }

  private void watch() {
    LogLevelFile.watch(
        vertx, Config.of(Map.of("LOG_LEVEL_FILE", mount.resolve("level").toString())));
  }

  @Test
  void a_process_has_the_level_of_the_file_when_it_starts() throws IOException {
    mount("..1", "error\n");
    watch();
    assertThat(root.getLevel()).isEqualTo(Level.ERROR);
  }

  @Test
  void a_running_process_takes_the_level_of_a_replaced_mount() throws IOException {
    mount("..1", "INFO\n");
    watch();
    mount("..2", "DEBUG\n");
    await().atMost(WITHIN).until(() -> root.getLevel() == Level.DEBUG);
  }

  @Test
  void a_file_without_a_level_keeps_the_old_level_and_logs_one_warning() throws Exception {
    mount("..1", "WARN\n");
    LogLevelFile file = new LogLevelFile(mount.resolve("level"));
    file.refresh();
    mount("..2", "LOUD\n");
    List<ILoggingEvent> warnings =
        LoggedWarnings.during(
            () -> {
              file.refresh();
              file.refresh();
            });
    assertThat(root.getLevel()).isEqualTo(Level.WARN);
    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0).getMessage()).startsWith("the log level stays");
  }

  @Test
  void a_missing_file_keeps_the_level_and_logs_a_warning() throws Exception {
    root.setLevel(Level.INFO);
    List<ILoggingEvent> warnings = LoggedWarnings.during(this::watch);
    assertThat(root.getLevel()).isEqualTo(Level.INFO);
    assertThat(warnings).hasSize(1);
  }
}
