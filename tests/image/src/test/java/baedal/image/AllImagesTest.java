package baedal.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The images that the profile {@code images} has built, for {@code tools/bench/images}. */
@EnabledIfSystemProperty(named = "baedal.images", matches = "all")
class AllImagesTest {

  private static final Path TOP = Path.of("../..");
  private static final long ENDS_WITHIN_SECONDS = 120;

  @TempDir Path folder;

  static List<Path> tars() throws Exception {
    try (Stream<Path> files = Files.walk(TOP, 4)) {
      return files.filter(file -> file.endsWith("target/image.tar")).sorted().toList();
    }
  }

  /** A program that names a setting has loaded its main class and its libraries. */
  @ParameterizedTest
  @MethodSource("tars")
  void an_image_without_settings_names_the_first_missing_setting(Path tar) throws Exception {
    assumeTrue(
        UnpackedImage.canRun(),
        "SKIPPED: only root on Linux can start the unpacked image (chroot)");
    UnpackedImage image = new UnpackedImage(tar, folder);
    Path output = folder.resolve("output");
    Process program =
        new ProcessBuilder(image.command(List.of()))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = program.waitFor(ENDS_WITHIN_SECONDS, TimeUnit.SECONDS);
    program.destroyForcibly();
    assertThat(ended).as(Files.readString(output)).isTrue();
    assertThat(program.exitValue()).as(Files.readString(output)).isEqualTo(2);
    assertThat(Files.readString(output)).containsPattern("[A-Z_]+ is not set");
  }
}
