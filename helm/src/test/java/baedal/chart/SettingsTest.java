package baedal.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares the variables of each pod with the settings that its program reads. */
class SettingsTest {

  private static final Path RUNTIME = Rendering.CHART.resolve("../platform/runtime/src/main");

  /** The JVM reads this variable. */
  private static final String JAVA_OPTIONS = "JAVA_TOOL_OPTIONS";

  /** Only a one-machine run has them, or Kubernetes itself sets them. */
  private static final Set<String> NOT_FOR_A_CLUSTER =
      Set.of("DEV_DOORS", "KUBERNETES_SERVICE_HOST");

  /** The settings that every program reads at its start, before its own. */
  private static final Set<String> PROCESS_SETTINGS = new TreeSet<>(Set.of(JAVA_OPTIONS));

  @BeforeAll
  static void readTheSettingsOfTheProcess() throws IOException {
    Pattern read = Pattern.compile("(?:onfig\\.\\w+\\(\"|\\$\\{)([A-Z_]{2,})");
    try (Stream<Path> files = Files.walk(RUNTIME)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        if (file.toString().matches(".*\\.(java|xml)")) {
          Matcher found = read.matcher(Files.readString(file));
          while (found.find()) {
            PROCESS_SETTINGS.add(found.group(1));
          }
        }
      }
    }
  }

  /** Each container of a program, in each profile. */
  static Stream<Arguments> containers() {
    List<Arguments> containers = new ArrayList<>();
    for (Profile profile : Profile.values()) {
      for (Program program : Program.values()) {
        containers.add(Arguments.of(profile, program));
      }
    }
    return containers.stream();
  }

  @ParameterizedTest
  @MethodSource("containers")
  void a_program_starts_with_its_settings_and_reads_all_of_them(Profile profile, Program program) {
    Map<String, String> variables = variables(profile, program);
    assertThat(unknown(variables, program)).isEmpty();
  }

  @Test
  void a_key_that_no_program_reads_is_found() {
    Map<String, String> variables = new HashMap<>(variables(Profile.MINIMAL, Program.ORDER));
    variables.put("ORDER_EXPIRES", "15m");
    assertThat(unknown(variables, Program.ORDER)).contains("ORDER_EXPIRES");
  }

  @ParameterizedTest
  @EnumSource
  void a_required_setting_that_is_missing_is_found(Program program) {
    Map<String, String> variables = new HashMap<>(variables(Profile.MINIMAL, program));
    variables.keySet().removeIf(key -> key.endsWith("_URI"));
    variables.remove("TOKEN_SECRET");
    assertThatThrownBy(() -> program.read(variables))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("is not set");
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"AUDIT", "MIGRATE"})
  void the_schema_of_env_has_exactly_the_settings_that_the_chart_leaves_open(Program program)
      throws IOException {
    Set<String> asked = new TreeSet<>(program.read(variables(Profile.MINIMAL, program)));
    asked.addAll(program.read(variables(Profile.EVERYTHING, program)));
    asked.removeAll(NOT_FOR_A_CLUSTER);
    asked.removeIf(key -> setByTheChart(program).contains(key));
    assertThat(schemaOf(program)).containsExactlyInAnyOrderElementsOf(asked);
  }

  /** The settings that the chart derives from other values, in any profile. */
  private static Set<String> setByTheChart(Program program) {
    Set<String> set = new TreeSet<>();
    for (Profile profile : Profile.values()) {
      set.addAll(variables(profile, program).keySet());
    }
    try {
      set.removeAll(schemaOf(program));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return set;
  }

  private static Set<String> schemaOf(Program program) throws IOException {
    Node schema =
        new Node(
            new Gson()
                .fromJson(
                    Files.readString(Rendering.CHART.resolve("values.schema.json")), Map.class));
    Node services = schema.at("properties", "services", "properties");
    Set<String> keys = new TreeSet<>();
    for (String of : List.of("defaults", program.component())) {
      keys.addAll(services.at(of, "properties", "env", "properties").fields().keySet());
    }
    return keys;
  }

  @ParameterizedTest
  @MethodSource("containers")
  void a_program_listens_where_its_ports_are(Profile profile, Program program) {
    Node container = container(profile, program);
    Map<String, String> variables = variables(profile, program);
    Map<String, String> ports = new TreeMap<>();
    container
        .at("ports")
        .items()
        .forEach(port -> ports.put(port.at("name").text(), port.at("containerPort").text()));
    Map<String, String> expected = new TreeMap<>();
    if (program.serves()) {
      expected.put("http", variables.get("PORT"));
      assertThat(variables).containsEntry("HTTP_HOST", "0.0.0.0");
    }
    if (program == Program.GATEWAY) {
      expected.put("operations", variables.get("OPERATIONS_PORT"));
      assertThat(variables).containsEntry("OPERATIONS_HOST", "0.0.0.0");
    }
    assertThat(ports).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("containers")
  void a_uri_in_the_cluster_leads_to_a_service_of_the_chart(Profile profile, Program program) {
    variables(profile, program)
        .forEach(
            (name, value) -> {
              if (name.matches(".*_(URI|URL|ISSUER)")) {
                URI uri = URI.create(value.replaceFirst("[?].*", ""));
                if (!uri.getHost().matches(".*\\.example\\.(com|org)")) {
                  assertLeadsToService(profile, name, uri);
                }
              }
            });
  }

  private static void assertLeadsToService(Profile profile, String name, URI uri) {
    Manifest service =
        Rendering.of(profile)
            .find("Service", uri.getHost().replaceFirst("\\..*", ""))
            .orElseThrow(() -> new AssertionError(name + " leads to no Service: " + uri.getHost()));
    assertThat(service.at("spec", "ports").items())
        .as("%s: the ports of %s", name, service)
        .anySatisfy(port -> assertThat(port.at("port").number()).isEqualTo(uri.getPort()));
    if (name.matches("[A-Z]+_URL")) {
      assertThat(service.component() + "_URL")
          .isEqualTo(name.toLowerCase(Locale.ROOT).replace("_url", "_URL"));
    }
    if (uri.getHost().contains(".")) {
      assertThat(uri.getHost()).startsWith(service.name() + "." + Cluster.NAMESPACE + ".svc");
    }
  }

  /** Two services with one user could read each other's data. */
  @Test
  void each_service_has_users_of_its_own() {
    for (Program program : Program.values()) {
      variables(Profile.DEFAULTS, program)
          .forEach(
              (name, value) -> {
                if (name.endsWith("_URI")) {
                  String owner = name.replaceAll("_?[A-Z]+_URI$", "").toLowerCase(Locale.ROOT);
                  assertThat(URI.create(value).getUserInfo())
                      .as("%s of %s", name, program)
                      .startsWith(owner.isEmpty() ? program.component() + ":" : owner);
                }
              });
    }
  }

  @ParameterizedTest
  @MethodSource("containers")
  void a_file_that_a_setting_names_is_mounted_as_a_folder(Profile profile, Program program) {
    Node container = container(profile, program);
    variables(profile, program)
        .forEach(
            (name, value) -> {
              if (value.startsWith("/") && !name.equals("OIDC_ROLES_CLAIM")) {
                assertThat(container.at("volumeMounts").items())
                    .as("%s=%s", name, value)
                    .anySatisfy(
                        mount -> {
                          assertThat(value).startsWith(mount.at("mountPath").text());
                          // The kubelet never updates a file that is mounted with subPath.
                          assertThat(mount.at("subPath").isPresent()).isFalse();
                        });
              }
            });
  }

  private static Set<String> unknown(Map<String, String> variables, Program program) {
    Set<String> unknown = new TreeSet<>(variables.keySet());
    unknown.removeAll(program.read(variables));
    unknown.removeAll(PROCESS_SETTINGS);
    return unknown;
  }

  private static Map<String, String> variables(Profile profile, Program program) {
    return Variables.of(container(profile, program), Rendering.of(profile));
  }

  /** The container that runs the program; it has the name of its component. */
  private static Node container(Profile profile, Program program) {
    return Rendering.of(profile).workloads().stream()
        .filter(workload -> workload.component().equals(program.component()))
        .flatMap(workload -> workload.containers().stream())
        .filter(container -> container.at("name").is(program.component()))
        .findFirst()
        .orElseThrow(
            () -> new AssertionError(profile + " has no container " + program.component()));
  }
}
