package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares the problem types in {@code docs/problems.md} with those that the code can answer. */
class ProblemTypesTest {

  private static final Path PAGE = Readme.TOP.resolve("docs/problems.md");

  /** The first column of a table row; a row may list several types. */
  private static final Pattern ROW = Pattern.compile("(?m)^\\| (`[^|]+`) \\| \\d{3} \\|");

  private static final Pattern LISTED = Pattern.compile("`([a-z-]+)`");

  /** A refusal in the code; its type is a text or a constant. */
  private static final Pattern THROWN =
      Pattern.compile(
          "Refusal[.\\s]*(?:conflict|unavailable|of)\\(\\s*(?:Refusal\\.Kind\\.\\w+,\\s*)?"
              + "(?:\"([a-z-]+)\"|([A-Z_]+)),");

  /** A refusal that the class {@code Refusal} creates itself. */
  private static final Pattern OWN =
      Pattern.compile("(?:of\\(|new Refusal\\(\\s*)Kind\\.\\w+,\\s*(?:\"([a-z-]+)\"|([A-Z_]+)),");

  /** Only consumers of events get these refusals, and no client receives them. */
  private static final Set<String> INTERNAL = Set.of("out-of-stock", "too-early");

  @Test
  void the_page_of_problem_types_lists_exactly_the_types_in_the_code() throws IOException {
    Set<String> listed = new TreeSet<>();
    Matcher row = ROW.matcher(Files.readString(PAGE));
    while (row.find()) {
      LISTED.matcher(row.group(1)).results().forEach(type -> listed.add(type.group(1)));
    }
    listed.removeIf(type -> Files.isDirectory(Readme.TOP.resolve(serviceOf(type))));
    assertThat(listed).isEqualTo(thrown());
  }

  /**
   * The service in a type such as {@code order-unavailable}, which the code composes; else none.
   */
  private static String serviceOf(String type) {
    return type.endsWith("-unavailable") ? type.replace("-unavailable", "") : "none";
  }

  private static Set<String> thrown() throws IOException {
    Set<String> thrown = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Readme.TOP)) {
      files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> file.toString().contains("/src/main/java/baedal/"))
          .forEach(file -> addTypes(file, thrown));
    }
    thrown.removeIf(type -> Files.isDirectory(Readme.TOP.resolve(serviceOf(type))));
    thrown.removeAll(INTERNAL);
    return thrown;
  }

  private static void addTypes(Path file, Set<String> thrown) {
    try {
      String source = Files.readString(file);
      Pattern refusal = file.endsWith("Refusal.java") ? OWN : THROWN;
      refusal
          .matcher(source)
          .results()
          .forEach(
              found ->
                  thrown.add(
                      found.group(1) != null ? found.group(1) : constant(source, found.group(2))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String constant(String source, String name) {
    Matcher value = Pattern.compile(name + " = \"([a-z-]+)\"").matcher(source);
    assertThat(value.find()).as(name).isTrue();
    return value.group(1);
  }
}
