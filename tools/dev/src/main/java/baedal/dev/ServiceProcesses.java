package baedal.dev;

import baedal.backing.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Runs each service in its own process, which a test may kill and start again. */
final class ServiceProcesses implements ServiceRunner {

  private final Services services;
  private final Path logs;
  private final ConsoleProgress progress;
  private final Duration stopTimeout;
  private final Map<String, ServerProcess> processes = new ConcurrentHashMap<>();
  private final Map<String, Integer> startCounts = new ConcurrentHashMap<>();

  ServiceProcesses(Services services, Path logs, ConsoleProgress progress, Duration stopTimeout) {
    this.services = services;
    this.logs = logs;
    this.progress = progress;
    this.stopTimeout = stopTimeout;
  }

  @Override
  public void start() throws IOException {
    for (String service : Services.NAMES) {
      start(service);
      progress.print("starting " + service + " in its own process");
    }
  }

  /** Starts the service. Each start writes its own log file. */
  void start(String service) throws IOException {
    Map<String, String> environment = services.environment(service);
    environment.put("LOG_FORMAT", "text");
    int count = startCounts.merge(service, 1, Integer::sum);
    Path log = logs.resolve(count == 1 ? service + ".log" : service + "-" + count + ".log");
    ServerProcess process = ServerProcess.start(service, command(service), environment, log);
    processes.put(service, process);
    process.onExit(code -> reportExit(service, process, code, log));
  }

  /** The command that starts a service with a small heap. */
  static List<String> command(String service) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-Xmx160m",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path"),
        Services.mainClass(service));
  }

  /**
   * Reports only an unexpected exit. Before {@link #kill} and {@link #stop} end a process, they
   * remove it from the map of processes.
   */
  private void reportExit(String service, ServerProcess process, int code, Path log) {
    if (processes.remove(service, process)) {
      progress.print(
          service
              + " exited unexpectedly with code "
              + code
              + ": see "
              + log
              + ", then stop and start ./run");
    }
  }

  boolean runs(String service) {
    return processes.containsKey(service);
  }

  void kill(String service) {
    processes.remove(service).kill();
  }

  @Override
  public long pid(String service) {
    return processes.get(service).pid();
  }

  @Override
  public void stop() {
    List<ServerProcess> stopping = List.copyOf(processes.values());
    processes.clear();
    stopping.parallelStream().forEach(process -> process.stop(stopTimeout));
  }
}
