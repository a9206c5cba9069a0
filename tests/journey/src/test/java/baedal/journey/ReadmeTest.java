package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.audit.Sources;
import baedal.audit.Tolerances;
import baedal.coupon.CouponConfig;
import baedal.gateway.GatewayConfig;
import baedal.mypage.MyPageConfig;
import baedal.order.OrderConfig;
import baedal.payment.PaymentConfig;
import baedal.rabbitmq.BrokerDefinitions;
import baedal.rabbitmq.BrokerPermissions;
import baedal.rider.RiderConfig;
import baedal.runtime.Config;
import baedal.store.StoreConfig;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares the settings, broker permissions and main classes in the READMEs with the code. */
class ReadmeTest {

  /** Reads the settings of a program, as the program does. */
  private interface Reader {
    Object read(Config config);
  }

  private static final Map<String, Reader> CONFIGS =
      Map.of(
          "order", OrderConfig::from,
          "payment", PaymentConfig::from,
          "store", StoreConfig::from,
          "rider", RiderConfig::from,
          "coupon", CouponConfig::from,
          "mypage", MyPageConfig::from,
          "gateway", GatewayConfig::from,
          "audit", config -> List.of(Sources.from(config), Tolerances.from(config)));

  /** Kubernetes sets this variable, so it is not documented as a setting. */
  private static final String NO_SETTING = "KUBERNETES_SERVICE_HOST";

  private static final Pattern MISSING = Pattern.compile("([A-Z_]+) is not set");

  static Stream<String> programs() {
    return CONFIGS.keySet().stream().sorted();
  }

  static Stream<String> brokerUsers() {
    return BrokerPermissions.USERS.stream();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void a_readme_lists_exactly_the_settings_that_the_program_reads(String program) throws Exception {
    assertThat(Readme.of(program).settings().stream().map(Readme.Setting::key))
        .hasSameElementsAs(keysRead(CONFIGS.get(program)));
  }

  @ParameterizedTest
  @MethodSource("programs")
  void a_readme_says_required_for_exactly_the_required_settings(String program) throws Exception {
    assertThat(
            Readme.of(program).settings().stream()
                .filter(Readme.Setting::required)
                .map(Readme.Setting::key))
        .containsExactlyInAnyOrderElementsOf(required(CONFIGS.get(program)).keySet());
  }

  @ParameterizedTest
  @MethodSource("programs")
  void a_readme_has_the_defaults_of_the_program(String program) throws Exception {
    Reader config = CONFIGS.get(program);
    Map<String, String> required = required(config);
    Object byDefault = config.read(Config.of(required));
    for (Readme.Setting setting : Readme.of(program).settings()) {
      setting
          .byDefault()
          .ifPresent(
              value -> {
                Map<String, String> documented = new HashMap<>(required);
                documented.put(setting.key(), value);
                assertThat(config.read(Config.of(documented)))
                    .as("with %s=%s", setting.key(), value)
                    .isEqualTo(byDefault);
              });
    }
  }

  @ParameterizedTest
  @MethodSource("programs")
  void the_start_example_sets_all_required_settings_and_names_a_main_class(String program)
      throws Exception {
    Readme readme = Readme.of(program);
    Map<String, String> example = readme.example();
    assertThat(example.keySet())
        .containsExactlyInAnyOrderElementsOf(required(CONFIGS.get(program)).keySet());
    CONFIGS.get(program).read(Config.of(example));
    String main = readme.start().strip().replaceAll("(?s).* ", "");
    assertThat(Class.forName(main).getMethod("main", String[].class)).isNotNull();
  }

  @ParameterizedTest
  @MethodSource("brokerUsers")
  void a_readme_has_the_permissions_of_its_broker_user(String user) throws Exception {
    Readme readme = Readme.of(user);
    assertThat(readme.permissions()).isEqualTo(Map.of(user, permissions(user)));
    assertThat(readme.example().get("AMQP_URI")).startsWith("amqp://" + user + ":");
    assertThat(readme.commands(BrokerDefinitions.class.getName()))
        .contains("AMQP_PASSWORD_" + user.toUpperCase(java.util.Locale.ROOT) + "=")
        .contains(BrokerDefinitions.class.getName() + " baedal " + user + " >");
  }

  @Test
  void the_readme_of_rabbitmq_has_the_permissions_of_all_users() throws Exception {
    Readme readme = Readme.of("rabbitmq");
    Map<String, List<String>> all = new HashMap<>();
    BrokerPermissions.USERS.forEach(user -> all.put(user, permissions(user)));
    assertThat(readme.permissions()).isEqualTo(all);
    assertThat(readme.commands(BrokerDefinitions.class.getName()))
        .contains(" baedal " + String.join(" ", BrokerPermissions.USERS) + " >");
  }

  private static List<String> permissions(String user) {
    BrokerPermissions may = BrokerPermissions.of(user);
    return List.of(may.configure(), may.write(), may.read());
  }

  /** Finds the required settings: adds each one that the program reports as missing. */
  private static Map<String, String> required(Reader config) {
    Map<String, String> given = new HashMap<>();
    while (true) {
      try {
        config.read(Config.of(given));
        return given;
      } catch (IllegalArgumentException e) {
        Matcher missing = MISSING.matcher(e.getMessage());
        assertThat(missing.matches()).as(e.getMessage()).isTrue();
        given.put(missing.group(1), sample(missing.group(1)));
      }
    }
  }

  private static String sample(String key) {
    return key.matches(".*_(URI|URL|ISSUER)") ? "http://127.0.0.1:1" : "true";
  }

  /**
   * Finds all settings that the program reads. It reads some only if another one is set, so this
   * method sets each.
   */
  private static Set<String> keysRead(Reader config) {
    Map<String, String> required = required(config);
    Set<String> read = new TreeSet<>();
    Deque<String> toSet = new ArrayDeque<>(List.of(""));
    while (!toSet.isEmpty()) {
      Map<String, String> given = new HashMap<>(required);
      given.put(toSet.peek(), sample(toSet.remove()));
      try {
        config.read(
            Config.from(
                key -> {
                  if (read.add(key)) {
                    toSet.add(key);
                  }
                  return given.get(key);
                }));
      } catch (IllegalArgumentException e) {
        assertThat(e).as("the message names the invalid setting").hasMessageMatching("[A-Z_]+ .+");
      }
    }
    read.remove(NO_SETTING);
    return read;
  }
}
