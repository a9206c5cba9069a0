package baedal.bench;

import baedal.dev.Failure;
import baedal.runtime.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Prints the results of the cost benchmark as Markdown tables, one for each part, and writes them
 * to a JSON file. With two revisions it also prints the ratio of their values.
 */
public final class CostReport {

  /** The results of all rounds by the name of the revision; the measured revision comes first. */
  private final Map<String, List<CostResults>> rounds;

  CostReport(Map<String, List<CostResults>> rounds) {
    this.rounds = rounds;
  }

  /**
   * The first argument is the JSON file to write. Each further argument is the name of a revision
   * and the files of its rounds: {@code REV=FILE,FILE}. Exits with 1 when a checkout was refused.
   */
  public static void main(String[] args) {
    try {
      Map<String, List<CostResults>> rounds = new LinkedHashMap<>();
      for (String revision : List.of(args).subList(1, args.length)) {
        String[] parts = revision.split("=", 2);
        List<CostResults> results = new ArrayList<>();
        for (String file : parts[1].split(",", -1)) {
          results.add(CostResults.read(Path.of(file)));
        }
        rounds.put(parts[0], results);
      }
      CostReport report = new CostReport(rounds);
      System.out.println(report.markdown());
      report.write(Path.of(args[0]));
      if (report.hasRefused()) {
        System.err.println(
            "baedal: checkouts were refused or not answered: the numbers are not those of a machine"
                + " that only runs this benchmark");
        System.exit(1);
      }
    } catch (IOException e) {
      System.err.println("baedal: " + Failure.describe(e));
      System.exit(1);
    }
  }

  boolean hasRefused() {
    return rounds.values().stream()
        .flatMap(List::stream)
        .flatMap(results -> results.parts().values().stream())
        .anyMatch(values -> values.getOrDefault(CostMeter.REFUSED, 0.0) > 0);
  }

  /** The median over the rounds of each value, by revision, part and name. */
  private Map<String, CostResults> medians() {
    Map<String, CostResults> medians = new LinkedHashMap<>();
    rounds.forEach((revision, results) -> medians.put(revision, median(results)));
    return medians;
  }

  private static CostResults median(List<CostResults> rounds) {
    CostResults median = new CostResults();
    rounds
        .get(0)
        .parts()
        .forEach(
            (part, values) -> {
              Map<String, Double> medians = new LinkedHashMap<>();
              values.forEach(
                  (name, value) ->
                      medians.put(
                          name,
                          median(
                              rounds.stream()
                                  .mapToDouble(round -> round.value(part, name))
                                  .toArray())));
              median.add(part, medians);
            });
    return median;
  }

  /** The middle value, or the mean of the two middle values. */
  static double median(double... values) {
    double[] sorted = Arrays.stream(values).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  String markdown() {
    List<String> revisions = List.copyOf(rounds.keySet());
    List<CostResults> medians = List.copyOf(medians().values());
    StringBuilder text = new StringBuilder();
    medians
        .get(0)
        .parts()
        .forEach(
            (part, values) -> {
              text.append("\n| ").append(part).append(" | ").append(String.join(" | ", revisions));
              text.append(revisions.size() > 1 ? " | ratio |\n|---" : " |\n|---");
              text.append("|--:".repeat(revisions.size() > 1 ? revisions.size() + 1 : 1));
              text.append("|\n");
              values.keySet().forEach(name -> text.append(row(medians, part, name)));
            });
    return text.toString();
  }

  private static String row(List<CostResults> medians, String part, String name) {
    StringBuilder row = new StringBuilder("| " + name + " |");
    medians.forEach(
        results -> row.append(' ').append(number(results.value(part, name))).append(" |"));
    if (medians.size() > 1) {
      double ratio = medians.get(0).value(part, name) / medians.get(1).value(part, name);
      row.append(Double.isFinite(ratio) ? " %.2f |".formatted(ratio) : " |");
    }
    return row.append('\n').toString();
  }

  /** Two decimal places for a small number, none for a large one; «-» if there is no value. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    double size = Math.abs(value);
    return String.format(Locale.ROOT, size < 10 ? "%,.2f" : size < 100 ? "%,.1f" : "%,.0f", value);
  }

  private void write(Path file) throws IOException {
    Map<String, Object> all = Map.of("medians", medians(), "rounds", rounds);
    Files.writeString(
        file, Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(all) + "\n");
  }
}
