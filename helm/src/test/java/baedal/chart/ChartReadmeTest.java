package baedal.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

class ChartReadmeTest {

  private static final Path README = Rendering.CHART.resolve("README.md");
  private static final String MARK = "<!-- ChartReadmeTest generates everything below. -->\n";

  @Test
  void the_readme_lists_every_value_with_its_type_default_and_description() throws IOException {
    String readme = Files.readString(README);
    String handwritten = readme.substring(0, readme.indexOf(MARK) + MARK.length());
    String expected =
        handwritten + ValuesTables.of(yaml("values.schema.json"), yaml("values.yaml"));
    if (Boolean.getBoolean("baedal.write")) {
      Files.writeString(README, expected);
    }
    assertThat(Files.readString(README))
        .as("helm/README.md; -Dbaedal.write=true writes it anew")
        .isEqualTo(expected);
  }

  @Test
  void the_schema_describes_every_value_and_allows_no_other() throws IOException {
    Node schema = yaml("values.schema.json");
    Set<String> faults = new TreeSet<>();
    check("values", schema, faults);
    schema.at("$defs").fields().forEach((name, type) -> check(name, type, faults));
    assertThat(faults).isEmpty();
  }

  private static void check(String path, Node object, Set<String> faults) {
    boolean closed = object.at("additionalProperties").is(false);
    // A field with a reference only narrows the type, which is closed itself.
    if (object.at("properties").isPresent() && !closed && !object.at("$ref").isPresent()) {
      faults.add(path + " allows unknown keys");
    }
    object
        .at("properties")
        .fields()
        .forEach(
            (key, field) -> {
              String inner = path + "." + key;
              if (!field.at("description").isPresent() && !object.at("$ref").isPresent()) {
                faults.add(inner + " has no description");
              }
              check(inner, field, faults);
            });
    if (object.at("items").isPresent()) {
      check(path + "[]", object.at("items"), faults);
    }
  }

  private static Node yaml(String file) throws IOException {
    return new Node(new Yaml().load(Files.readString(Rendering.CHART.resolve(file))));
  }
}
