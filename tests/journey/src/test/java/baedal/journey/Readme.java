package baedal.journey;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads the fenced blocks and the tables of settings in a module's README, for tests of the README.
 */
final class Readme {

  /** The top folder of the repository. */
  static final Path TOP = Path.of("").toAbsolutePath().getParent().getParent();

  private static final Pattern FENCE = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");
  private static final Pattern KEYS = Pattern.compile("`[A-Z][A-Z0-9_]*`(, `[A-Z][A-Z0-9_]*`)*");
  private static final Pattern EXPORT = Pattern.compile("(?m)^export ([A-Z0-9_]+)=(\\S+)$");
  private static final Pattern PERMISSIONS =
      Pattern.compile("rabbitmqctl set_permissions -p baedal (\\w+) '(.*?)' '(.*?)' '(.*?)'");

  private final Path file;
  private final String text;

  private Readme(Path file) throws IOException {
    this.file = file;
    text = Files.readString(file);
  }

  /** The README of a service, of {@code rabbitmq} or of a program under {@code tools}. */
  static Readme of(String module) throws IOException {
    Path service = TOP.resolve(module).resolve("README.md");
    return new Readme(
        Files.exists(service)
            ? service
            : TOP.resolve("tools").resolve(module).resolve("README.md"));
  }

  /** The first fenced block of this language that contains {@code part}. */
  String block(String language, String part) {
    return blocks()
        .filter(block -> block.group(1).equals(language) && block.group(2).contains(part))
        .findFirst()
        .orElseThrow(
            () ->
                new NoSuchElementException(file + " has no block of " + language + " with " + part))
        .group(2);
  }

  /** As {@link #block} for the shell, with each command on one line. */
  String commands(String part) {
    return block("sh", part).replaceAll("\\\\\\n\\s*", "");
  }

  private Stream<MatchResult> blocks() {
    return FENCE.matcher(text).results();
  }

  /** The block that starts the program: settings, then the command. */
  String start() {
    return block("sh", "\njava -XX");
  }

  /** The settings that {@link #start} exports. */
  Map<String, String> example() {
    Map<String, String> example = new LinkedHashMap<>();
    EXPORT.matcher(start()).results().forEach(e -> example.put(e.group(1), e.group(2)));
    return example;
  }

  /** The permissions in the {@code rabbitmqctl} commands: configure, write and read, by user. */
  Map<String, List<String>> permissions() {
    Map<String, List<String>> permissions = new LinkedHashMap<>();
    blocks()
        .map(block -> block.group(2).replaceAll("\\\\\\n\\s*", ""))
        .flatMap(block -> PERMISSIONS.matcher(block).results())
        .forEach(p -> permissions.put(p.group(1), List.of(p.group(2), p.group(3), p.group(4))));
    return permissions;
  }

  /**
   * A setting in a table row. {@code value} is the next cell of the row; {@code index} is the
   * setting's position in its own cell, from 0.
   */
  record Setting(String key, String value, int index) {

    boolean required() {
      return value.startsWith("required");
    }

    /** The default; empty if there is none, or if the cell refers to another section. */
    Optional<String> byDefault() {
      if (required() || value.startsWith("none") || value.startsWith("see ")) {
        return Optional.empty();
      }
      String[] values = value.replace("`", "").split("[,;]", -1);
      return Optional.of(index < values.length ? values[index].strip().replaceAll(" .*", "") : "");
    }
  }

  /** The settings of all table rows that begin with names of settings. */
  List<Setting> settings() {
    List<Setting> settings = new ArrayList<>();
    text.lines()
        .filter(line -> line.startsWith("| "))
        .map(line -> line.split("\\|", -1))
        .filter(cells -> cells.length > 2 && KEYS.matcher(cells[1].strip()).matches())
        .forEach(
            cells -> {
              Matcher key = Pattern.compile("[A-Z][A-Z0-9_]*").matcher(cells[1]);
              for (int i = 0; key.find(); i++) {
                settings.add(new Setting(key.group(), cells[2].strip(), i));
              }
            });
    return settings;
  }
}
