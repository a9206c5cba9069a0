package baedal.runtime;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.jackson.DatabindCodec;
import io.vertx.micrometer.MicrometerMetricsOptions;
import io.vertx.tracing.opentelemetry.OpenTelemetryOptions;
import io.vertx.tracing.opentelemetry.OpenTelemetryTracingFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the process of a service or the gateway, and stops it on SIGTERM. Configures Vert.x with
 * metrics, traces and the JSON mapping that all services use.
 */
public final class Boot {

  /**
   * The metrics of each Vert.x. Each has a registry of its own, because a Vert.x that closes
   * removes its registry.
   */
  private static final Map<Vertx, PrometheusMeterRegistry> REGISTRIES =
      Collections.synchronizedMap(new WeakHashMap<>());

  private static final AtomicInteger NEXT_REGISTRY = new AtomicInteger();

  private static final Logger log = LoggerFactory.getLogger(Boot.class);

  /** Maximum time of a stop after DRAIN_DELAY. */
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(18);

  private Boot() {}

  /**
   * The main method of a service. It reads the environment and deploys the verticle. On SIGTERM it
   * stops within 20 seconds after DRAIN_DELAY. It exits with code 2 if a setting is wrong, and with
   * code 1 if the verticle fails to start.
   */
  public static void main(String service, Function<Config, VerticleBase> verticle) {
    Config config = Config.fromEnvironment();
    VerticleBase deployed;
    Duration stopTimeout;
    try {
      AuthoritiesProvider.install(config);
      deployed = verticle.apply(config);
      stopTimeout = HttpApi.drainDelay(config).plus(STOP_TIMEOUT);
    } catch (IllegalArgumentException e) {
      log.atError().addKeyValue("service", service).log("cannot start: {}", e.getMessage());
      System.exit(2);
      return;
    }
    Vertx vertx = vertx();
    LogLevelFile.watch(vertx, config);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(vertx, stopTimeout), "stop"));
    vertx
        .deployVerticle(deployed)
        .onSuccess(id -> log.atInfo().addKeyValue("service", service).log("started"))
        .onFailure(
            e -> {
              log.atError().addKeyValue("service", service).setCause(e).log("cannot start");
              System.exit(1);
            });
  }

  /**
   * A UTC clock that returns whole milliseconds. Databases differ in their precision. An instant of
   * whole milliseconds stays equal in every database and event.
   */
  public static Clock clock() {
    return Clock.tickMillis(ZoneOffset.UTC);
  }

  /** A Vert.x with Prometheus metrics, W3C trace contexts, and records mapped to JSON. */
  public static Vertx vertx() {
    return vertx(1);
  }

  /** As {@link #vertx()}, with an event loop for each of {@code verticles} verticles. */
  public static Vertx vertx(int verticles) {
    json();
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    MicrometerMetricsOptions metrics =
        new MicrometerMetricsOptions()
            .setEnabled(true)
            .setJvmMetricsEnabled(true)
            .setRegistryName("vertx-" + NEXT_REGISTRY.getAndIncrement());
    Vertx vertx =
        Vertx.builder()
            .with(
                new VertxOptions()
                    .setEventLoopPoolSize(
                        Math.max(verticles, VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE))
                    .setMetricsOptions(metrics)
                    .setTracingOptions(new OpenTelemetryOptions()))
            .withMetrics(new MetricsFactory(registry))
            .withTracer(new OpenTelemetryTracingFactory(Traces.telemetry()))
            .build();
    REGISTRIES.put(vertx, registry);
    return vertx;
  }

  /** The metrics of a Vert.x that {@link #vertx} created; null for any other Vert.x. */
  public static PrometheusMeterRegistry metrics(Vertx vertx) {
    return REGISTRIES.get(vertx);
  }

  /**
   * Configures the JSON codec of Vert.x, which writes the responses of routes, to treat records and
   * instants as {@link Json} does.
   */
  public static void json() {
    DatabindCodec.mapper().getFactory().setStreamReadConstraints(Json.LIMITS);
    DatabindCodec.mapper()
        .registerModule(new JavaTimeModule())
        .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
        .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
  }

  private static void stop(Vertx vertx, Duration timeout) {
    try {
      vertx
          .close()
          .toCompletionStage()
          .toCompletableFuture()
          .get(timeout.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      log.atWarn()
          .addKeyValue("timeoutSeconds", timeout.toSeconds())
          .setCause(e)
          .log("the process did not stop cleanly");
    }
  }
}
