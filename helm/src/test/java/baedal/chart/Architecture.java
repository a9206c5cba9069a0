package baedal.chart;

import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the first picture of {@code docs/architecture.md}: who connects to whom. */
final class Architecture {

  /** A node with its shape: {@code pg[(PostgreSQL)]}, {@code mq{{RabbitMQ}}}. */
  private static final Pattern SHAPE = Pattern.compile("(\\w+)(?:\\[\\(|\\{\\{)(\\w+)(?:\\)]|}})");

  private static final Pattern ARROW =
      Pattern.compile("(.+?) (?:<?-\\.?->|---)(?:\\|[^|]*\\|)? (.+)");

  private Architecture() {}

  /** The arrows between programs of the chart, as "from -> to" with the names of components. */
  static Set<String> arrows() throws IOException {
    String page = Files.readString(Rendering.CHART.resolve("../docs/architecture.md"));
    Matcher block = Pattern.compile("(?s)```mermaid\\nflowchart LR\\n(.*?)```").matcher(page);
    if (!block.find()) {
      throw new AssertionError("docs/architecture.md has no flowchart LR");
    }
    Map<String, String> names = new HashMap<>();
    String picture =
        SHAPE
            .matcher(block.group(1))
            .replaceAll(
                shape -> {
                  names.put(shape.group(1), shape.group(2).toLowerCase(java.util.Locale.ROOT));
                  return shape.group(1);
                });
    Set<String> arrows = new TreeSet<>();
    for (String line : picture.lines().toList()) {
      Matcher arrow = ARROW.matcher(line.strip());
      if (!arrow.matches()) {
        throw new AssertionError("docs/architecture.md has a line that is no arrow: " + line);
      }
      for (String from : nodes(arrow.group(1))) {
        for (String to : nodes(arrow.group(2))) {
          add(arrows, names.getOrDefault(from, from), names.getOrDefault(to, to));
        }
      }
    }
    return arrows;
  }

  private static List<String> nodes(String text) {
    return List.of(text.strip().split(" & ", -1));
  }

  /** A consumer connects to the broker, although its arrow points to the consumer. */
  private static void add(Set<String> arrows, String from, String to) {
    if (from.equals("rabbitmq")) {
      arrows.add(to + " -> " + from);
    } else if (!from.startsWith("client")) {
      arrows.add(from + " -> " + to);
    }
  }
}
