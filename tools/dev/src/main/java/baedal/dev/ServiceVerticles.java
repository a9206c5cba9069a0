package baedal.dev;

import baedal.runtime.Boot;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs all services as verticles in this JVM. */
final class ServiceVerticles implements ServiceRunner {

  private final Services services;
  private final ConsoleProgress progress;
  private final Duration stopTimeout;
  private final Vertx vertx = Boot.vertx(Services.NAMES.size());
  private final Map<String, String> deploymentIds = new ConcurrentHashMap<>();

  ServiceVerticles(Services services, ConsoleProgress progress, Duration stopTimeout) {
    this.services = services;
    this.progress = progress;
    this.stopTimeout = stopTimeout;
  }

  @Override
  public void start() {
    deploymentIds.putAll(deploy(services));
    progress.print("six services and the gateway are deployed");
  }

  /** See {@link LocalSystem#replicate}. */
  Runnable replicate(Settings ports) {
    List<String> replica = List.copyOf(deploy(services.on(ports)).values());
    for (String service : Services.NAMES) {
      awaitReady(service, ports);
    }
    return () -> Future.all(replica.stream().map(vertx::undeploy).toList()).await();
  }

  /** See {@link LocalSystem#replace}. */
  void replace(String service, Settings ports) {
    String previous = deploymentIds.put(service, deploy(services.on(ports), service).await());
    vertx
        .undeploy(previous)
        .onFailure(
            e -> progress.print(service + " could not be undeployed: " + Failure.describe(e)));
  }

  private Map<String, String> deploy(Services services) {
    Map<String, Future<String>> deployments = new LinkedHashMap<>();
    Services.NAMES.forEach(service -> deployments.put(service, deploy(services, service)));
    Future.all(List.copyOf(deployments.values())).await();
    Map<String, String> ids = new LinkedHashMap<>();
    deployments.forEach((service, deployment) -> ids.put(service, deployment.result()));
    return ids;
  }

  private Future<String> deploy(Services services, String service) {
    return vertx
        .deployVerticle(services.verticle(service))
        .recover(
            e ->
                Future.failedFuture(
                    new Failure(
                        "%s cannot start on port %d (%s): %s"
                            .formatted(
                                service,
                                services.port(service),
                                Settings.portSetting(service),
                                Failure.describe(e)))));
  }

  /**
   * Waits until the service is ready. The gateway needs no wait: it responds as soon as it is
   * deployed.
   */
  private static void awaitReady(String service, Settings ports) {
    if (!service.equals("gateway")) {
      new RetryingClient()
          .request(
              service + " is ready",
              Set.of(200),
              Set.of(),
              () -> new Client(ports.url(service)).get("/health/ready"));
    }
  }

  Vertx vertx() {
    return vertx;
  }

  @Override
  public long pid(String service) {
    return ProcessHandle.current().pid();
  }

  @Override
  public void stop() {
    try {
      vertx
          .close()
          .toCompletionStage()
          .toCompletableFuture()
          .get(stopTimeout.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      progress.print("could not stop all services within " + stopTimeout.toSeconds() + " s: " + e);
    }
  }
}
