package baedal.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import baedal.backing.Ports;
import baedal.backing.ServerProcess;
import baedal.testkit.TestServers;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image of the order service, built by the same Maven configuration as all images. {@code
 * tools/bench/images} tests all images.
 */
class ImageTest {

  private static final Path TAR = Path.of(System.getProperty("baedal.image"));
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(10);
  private static final Duration STARTS_WITHIN = Duration.ofMinutes(2);

  @TempDir static Path folder;

  private static UnpackedImage image;

  @BeforeAll
  static void unpack() throws Exception {
    image = new UnpackedImage(TAR, folder);
  }

  @Test
  void an_image_runs_as_the_user_10001() {
    assertThat(image.config().get("User").textValue()).isEqualTo("10001:10001");
  }

  @Test
  void an_image_has_the_labels_of_the_open_container_initiative() {
    JsonNode labels = image.config().get("Labels");
    for (String label :
        List.of("title", "description", "version", "revision", "source", "licenses", "base.name")) {
      assertThat(labels.path("org.opencontainers.image." + label).asText()).as(label).isNotBlank();
    }
    assertThat(labels.get("org.opencontainers.image.title").textValue()).isEqualTo("baedal-order");
  }

  @Test
  void an_entry_point_is_java_itself_so_that_signals_reach_it() {
    JsonNode entryPoint = image.config().get("Entrypoint");
    assertThat(entryPoint.get(0).textValue()).isEqualTo("java");
    assertThat(entryPoint.get(entryPoint.size() - 1).textValue())
        .isEqualTo("baedal.order.OrderMain");
  }

  @Test
  void only_the_folders_for_temporary_files_are_writable() throws Exception {
    try (Stream<Path> files = Files.walk(image.root())) {
      assertThat(files.filter(ImageTest::isWritableByOthers).map(image.root()::relativize))
          .containsExactlyInAnyOrder(Path.of("tmp"), Path.of("var/cache/baedal"));
    }
  }

  private static boolean isWritableByOthers(Path file) {
    try {
      return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_WRITE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void an_image_lists_every_library_that_it_contains() throws Exception {
    assumeFalse(
        Boolean.getBoolean("baedal.offline"),
        "SKIPPED: Maven skips the CycloneDX plugin with -o, so this image has no SBOM");
    JsonNode sbom =
        new ObjectMapper()
            .readTree(image.root().resolve("usr/share/sbom/baedal-order.cdx.json").toFile());
    assertThat(sbom.get("bomFormat").textValue()).isEqualTo("CycloneDX");
    List<String> listed =
        Stream.iterate(0, i -> i < sbom.get("components").size(), i -> i + 1)
            .map(i -> sbom.get("components").get(i))
            .map(component -> component.get("name").textValue() + "-")
            .toList();
    try (Stream<Path> libraries = Files.list(image.root().resolve("app/libs"))) {
      assertThat(libraries.map(library -> library.getFileName().toString()))
          .isNotEmpty()
          .allSatisfy(name -> assertThat(listed).anyMatch(name::startsWith));
    }
  }

  /** Otherwise a later build of the same sources would have another digest. */
  @Test
  void an_image_does_not_contain_the_time_of_its_build() throws Exception {
    assertThat(image.created()).isEqualTo(Instant.EPOCH);
    try (Stream<Path> files = Files.walk(image.root())) {
      assertThat(files.filter(Files::isRegularFile))
          .allSatisfy(
              file ->
                  assertThat(Files.getLastModifiedTime(file).toInstant())
                      .isBefore(Instant.EPOCH.plusSeconds(2)));
    }
  }

  @Test
  void an_image_starts_a_service_without_a_container_engine() throws Exception {
    assumeTrue(
        UnpackedImage.canRun(),
        "SKIPPED: only root on Linux can start the unpacked image (chroot)");
    int port = Ports.free();
    List<String> settings =
        List.of(
            "HTTP_HOST=127.0.0.1",
            "PORT=" + port,
            "DEV_DOORS=true",
            "TOKEN_SECRET=a-secret-of-this-test-of-32-bytes-or-more",
            "POSTGRES_URI=" + TestServers.postgres(),
            "AMQP_URI=amqp://127.0.0.1:" + Ports.free(),
            "PAYMENT_URL=http://127.0.0.1:" + Ports.free(),
            "WARM_UP=0s");
    Path log = folder.resolve("log");
    ServerProcess service =
        ServerProcess.start("order image", image.command(settings), Map.of(), log);
    try {
      URI ready = URI.create("http://127.0.0.1:" + port + "/health/ready");
      service.await(
          () -> answers(ready).contains("{\"id\":\"postgres\",\"status\":\"UP\"}"), STARTS_WITHIN);
    } finally {
      service.stop(ANSWERS_WITHIN);
    }
    assertThat(Files.readString(log))
        .as("JSON lines of the running image")
        .contains("\"message\":\"started\"");
  }

  private static String answers(URI uri) {
    try {
      HttpResponse<String> response =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(uri).timeout(ANSWERS_WITHIN).build(),
                  BodyHandlers.ofString());
      return response.body();
    } catch (IOException notYet) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
