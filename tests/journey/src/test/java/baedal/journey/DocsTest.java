package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Checks that files, classes, members and alerts that a Markdown page names exist. */
class DocsTest {

  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)[^)]*\\)");

  /** A name in code style with two capital letters or more, such as {@code OrderApi}. */
  private static final Pattern CLASS =
      Pattern.compile("`(?:[\\w/]+/)?([A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+)(?:\\.\\w+)?`");

  /** A class and one of its members, such as {@code OrderApi.place}. */
  private static final Pattern MEMBER =
      Pattern.compile("`(?:[\\w/]+/)?([A-Z]\\w*[a-z]\\w*)\\.(\\w+)(?:\\([^`]*\\))?`");

  private static final Pattern DECLARED =
      Pattern.compile("\\b(?:class|record|interface|enum) ([A-Z]\\w*)");

  /** An alert of the chart. */
  private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)");

  /** Classes of the JDK and of libraries that pages name. */
  private static final Set<String> FOREIGN =
      Set.of("MessageDigest", "PoolOptions", "ServiceLoader");

  /** By the name of a class or an alert, the text of the files that declare it. */
  private static final Map<String, String> classes = new HashMap<>();

  @BeforeAll
  static void readTheSources() throws IOException {
    declaredBy(DECLARED, ".java");
    declaredBy(ALERT, ".yaml");
  }

  private static void declaredBy(Pattern declaration, String ending) throws IOException {
    for (Path source : files(path -> path.toString().endsWith(ending))) {
      String text = Files.readString(source);
      Matcher declared = declaration.matcher(text);
      while (declared.find()) {
        classes.merge(declared.group(1), text, String::concat);
      }
    }
  }

  @Test
  void a_link_leads_to_a_file() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path page : pages()) {
      Matcher link = LINK.matcher(Files.readString(page));
      while (link.find()) {
        String target = link.group(1);
        if (!target.contains("://") && !Files.exists(page.resolveSibling(target))) {
          broken.add(page + ": " + target);
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void a_class_that_a_page_names_exists() throws IOException {
    List<String> unknown = new ArrayList<>();
    for (Path page : pages()) {
      Matcher named = CLASS.matcher(Files.readString(page));
      while (named.find()) {
        String name = named.group(1);
        if (!classes.containsKey(name) && !FOREIGN.contains(name)) {
          unknown.add(page + ": " + name);
        }
      }
    }
    assertThat(unknown).isEmpty();
  }

  @Test
  void a_member_that_a_page_names_exists() throws IOException {
    List<String> unknown = new ArrayList<>();
    for (Path page : pages()) {
      Matcher named = MEMBER.matcher(Files.readString(page));
      while (named.find()) {
        String source = classes.get(named.group(1));
        if (source != null
            && !Pattern.compile("\\b" + named.group(2) + "\\b").matcher(source).find()) {
          unknown.add(page + ": " + named.group(1) + "." + named.group(2));
        }
      }
    }
    assertThat(unknown).isEmpty();
  }

  private static List<Path> pages() throws IOException {
    return files(path -> path.toString().endsWith(".md"));
  }

  private static List<Path> files(Predicate<Path> wanted) throws IOException {
    List<Path> found = new ArrayList<>();
    for (String top : tops()) {
      try (Stream<Path> files = Files.walk(Readme.TOP.resolve(top))) {
        files
            .filter(Files::isRegularFile)
            .filter(wanted)
            .filter(DocsTest::isSource)
            .forEach(found::add);
      }
    }
    return found;
  }

  /** The files and folders in the top folder, without those that a run or a build creates. */
  private static List<String> tops() throws IOException {
    try (Stream<Path> tops = Files.list(Readme.TOP)) {
      return tops.map(top -> top.getFileName().toString())
          .filter(top -> !top.startsWith(".") && !top.equals("target"))
          .toList();
    }
  }

  private static boolean isSource(Path file) {
    return !Readme.TOP.relativize(file).toString().contains("target/");
  }
}
