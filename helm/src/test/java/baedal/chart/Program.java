package baedal.chart;

import baedal.audit.Sources;
import baedal.audit.Tolerances;
import baedal.coupon.CouponConfig;
import baedal.gateway.GatewayConfig;
import baedal.mypage.MyPageConfig;
import baedal.order.OrderConfig;
import baedal.payment.PaymentConfig;
import baedal.rider.RiderConfig;
import baedal.runtime.Config;
import baedal.store.StoreConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program of Baedal that the chart starts. It has the name of its component. */
@SuppressWarnings("ImmutableEnumChecker") // the readers have no state
enum Program {
  ORDER(OrderConfig::from),
  PAYMENT(PaymentConfig::from),
  STORE(StoreConfig::from),
  RIDER(RiderConfig::from),
  COUPON(CouponConfig::from),
  MYPAGE(MyPageConfig::from),
  GATEWAY(GatewayConfig::from),
  AUDIT(
      config -> {
        Sources.from(config);
        Tolerances.from(config);
      }),
  MIGRATE(Program::migrate);

  private static final Pattern SETTING = Pattern.compile("config\\.\\w+\\(\"([A-Z_]+)\"([),])");

  private final Consumer<Config> reader;

  Program(Consumer<Config> reader) {
    this.reader = reader;
  }

  String component() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether the program serves HTTP until it is stopped. */
  boolean serves() {
    return this != AUDIT && this != MIGRATE;
  }

  /**
   * Reads the settings in a pod with these variables, as the program does at its start.
   *
   * @return the names of the variables that the program asked for, whether they are set or not
   * @throws IllegalArgumentException if the program does not start with them
   */
  Set<String> read(Map<String, String> variables) {
    Set<String> asked = new TreeSet<>();
    reader.accept(
        Config.from(
            key -> {
              asked.add(key);
              return inPod(key, variables.get(key));
            }));
    return asked;
  }

  /** Migrate has no class of settings, so its source says which keys it reads. */
  private static void migrate(Config config) {
    Matcher setting =
        SETTING.matcher(source("tools/migrate/src/main/java/baedal/migrate/Migrate.java"));
    while (setting.find()) {
      String key = setting.group(1);
      if (setting.group(2).equals(")")) {
        config.text(key);
      } else {
        config.text(key, "");
      }
    }
  }

  private static String source(String file) {
    try {
      return Files.readString(Rendering.CHART.resolve("..").resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String inPod(String key, String value) {
    return switch (key) {
      case "KUBERNETES_SERVICE_HOST" -> "10.96.0.1";
      // The gateway checks that it can read the files, so they are replaced by one of this machine.
      case "TLS_CERT", "TLS_KEY" ->
          value == null ? null : Rendering.CHART.resolve("Chart.yaml").toString();
      default -> value;
    };
  }
}
