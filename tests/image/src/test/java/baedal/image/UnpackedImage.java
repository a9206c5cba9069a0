package baedal.image;

import baedal.backing.Tools;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * An image from a tar file: its configuration, and its layers in a folder. It can run there as a
 * container would, but without a container engine.
 */
final class UnpackedImage {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path root;
  private final JsonNode config;

  UnpackedImage(Path tar, Path folder) throws Exception {
    Path parts = Files.createDirectories(folder.resolve("parts"));
    root = Files.createDirectories(folder.resolve("root"));
    unpack(tar, parts);
    JsonNode manifest = JSON.readTree(parts.resolve("manifest.json").toFile()).get(0);
    config = JSON.readTree(parts.resolve(manifest.get("Config").textValue()).toFile());
    for (JsonNode layer : manifest.get("Layers")) {
      unpack(parts.resolve(layer.textValue()), root);
    }
  }

  private static void unpack(Path archive, Path folder) throws Exception {
    Process tar =
        new ProcessBuilder(
                "tar",
                "--warning=no-unknown-keyword",
                "--no-same-owner",
                "-xpf",
                archive.toString(),
                "-C",
                folder.toString())
            .inheritIO()
            .start();
    if (tar.waitFor() != 0) {
      throw new IOException("tar could not unpack " + archive);
    }
  }

  Path root() {
    return root;
  }

  JsonNode config() {
    return config.get("config");
  }

  Instant created() {
    return Instant.parse(config.get("created").textValue());
  }

  /** The environment of the image, each entry as {@code NAME=value}. */
  List<String> environment() {
    return texts(config().get("Env"));
  }

  /** Whether this machine can run the image: Linux, as root, with mount namespaces. */
  static boolean canRun() {
    if (Tools.find("unshare").isEmpty() || Tools.find("chroot").isEmpty()) {
      return false;
    }
    try {
      return new ProcessBuilder(
                  "unshare", "--mount", "chroot", "--userspec=10001:10001", "/", "true")
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * The command that runs the image with its user, environment and entry point. {@code settings}
   * replace or extend the environment, each as {@code NAME=value}.
   */
  List<String> command(List<String> settings) throws IOException {
    Files.createDirectories(root.resolve("proc"));
    Files.createDirectories(root.resolve("dev"));
    List<String> command = new ArrayList<>();
    // A container has these two file systems. The Java launcher finds its libraries through /proc.
    String mounts = "mount --bind /proc '%s/proc' && mount --bind /dev '%1$s/dev' && exec \"$@\"";
    command.addAll(List.of("unshare", "--mount", "sh", "-c", mounts.formatted(root), "sh"));
    command.addAll(List.of("env", "-i"));
    command.addAll(environment());
    command.addAll(settings);
    command.addAll(
        List.of("chroot", "--userspec=" + config().get("User").textValue(), root.toString()));
    command.addAll(texts(config().get("Entrypoint")));
    return command;
  }

  private static List<String> texts(JsonNode array) {
    return Stream.iterate(0, i -> i < array.size(), i -> i + 1)
        .map(i -> array.get(i).textValue())
        .toList();
  }
}
