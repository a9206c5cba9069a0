package baedal.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The scripts {@code run} and {@code verify} on machines without a JDK, a new Java or a network.
 */
class ScriptsTest {

  @TempDir Path clone;

  @BeforeEach
  void copyTheScripts() throws IOException {
    Path top = Path.of("").toAbsolutePath().getParent().getParent();
    for (String script : List.of("run", "verify", ".ci/java")) {
      Files.createDirectories(clone.resolve(script).getParent());
      Files.copy(top.resolve(script), clone.resolve(script));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "verify"})
  void an_old_java_is_reported_with_its_version(String script) throws Exception {
    assertThat(error(script, "openjdk version \"11.0.2\" 2019-01-15"))
        .contains("Java 17 or newer", " is 11:", "JAVA_HOME");
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "verify"})
  void java_8_counts_as_old(String script) throws Exception {
    assertThat(error(script, "java version \"1.8.0_202\"")).contains("Java 17 or newer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "verify"})
  void a_missing_java_is_reported(String script) throws Exception {
    Command command = script(script, clone.resolve("nowhere"));
    assertThat(command.end()).isEqualTo(1);
    assertThat(command.error())
        .contains("Java 17 or newer", clone.resolve("nowhere").toString(), "none");
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "verify"})
  void a_java_without_a_compiler_is_reported(String script) throws Exception {
    assertThat(error(script, "openjdk version \"21.0.1\" 2023-10-17"))
        .contains("needs a JDK", "only a runtime");
  }

  @Test
  void a_build_that_cannot_download_libraries_names_the_network() throws Exception {
    Path java = java("openjdk version \"17.0.15\" 2025-04-15");
    Files.copy(java.resolve("bin/java"), java.resolve("bin/javac"));
    executable(clone.resolve("mvnw"), "echo 'Unknown host repo.example'; exit 1");
    Command command = script("run", java);
    assertThat(command.end()).isEqualTo(1);
    assertThat(command.errors()).last().asString().contains("check the network");
    assertThat(clone.resolve("tools/bench/target/built")).doesNotExist();
  }

  /** Without a new build, {@code run} would start the system without the change. */
  @ParameterizedTest
  @MethodSource("sources")
  void a_changed_source_of_any_module_causes_a_build(String source) throws Exception {
    Path java = java("openjdk version \"17.0.15\" 2025-04-15");
    Files.copy(java.resolve("bin/java"), java.resolve("bin/javac"));
    executable(clone.resolve("mvnw"), "touch $0.called; exit 1");
    Path built = clone.resolve("tools/bench/target/built");
    Files.createDirectories(built.getParent());
    Path file = clone.resolve(source);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "");
    Files.writeString(built, "");
    Instant now = Instant.now();
    Files.setLastModifiedTime(built, FileTime.from(now.plusSeconds(60)));
    script("run", java).end();
    assertThat(clone.resolve("mvnw.called")).as("no build without a change").doesNotExist();
    Files.setLastModifiedTime(file, FileTime.from(now.plusSeconds(120)));
    script("run", java).end();
    assertThat(clone.resolve("mvnw.called")).exists();
  }

  static Stream<String> sources() throws IOException {
    Path top = Path.of("").toAbsolutePath().getParent().getParent();
    Stream<String> modules =
        Pattern.compile("<module>(.*?)</module>")
            .matcher(Files.readString(top.resolve("pom.xml")))
            .results()
            .map(module -> module.group(1));
    return Stream.concat(
        Stream.of("pom.xml"),
        modules.flatMap(
            m ->
                Stream.of(
                    m + "/pom.xml", m + "/src/main/java/A.java", m + "/src/main/resources/a")));
  }

  private String error(String script, String version) throws Exception {
    Command command = script(script, java(version));
    assertThat(command.end()).isEqualTo(1);
    return command.error();
  }

  private Command script(String script, Path javaHome) throws IOException {
    return Command.start(
        List.of("sh", clone.resolve(script).toString()), Map.of("JAVA_HOME", javaHome.toString()));
  }

  /** Creates a Java home whose {@code java} only prints this version. */
  private Path java(String version) throws IOException {
    Path home = clone.resolve("java home");
    Files.createDirectories(home.resolve("bin"));
    executable(home.resolve("bin/java"), "echo '" + version + "' >&2");
    return home;
  }

  private static void executable(Path file, String script) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }
}
