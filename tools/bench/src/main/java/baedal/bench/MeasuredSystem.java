package baedal.bench;

import baedal.dev.Failure;
import baedal.runtime.Json;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The processes of a running system, from the file {@code run.json} in its data folder. The cost
 * benchmark reads their processor time and memory.
 *
 * @param jvm the process id of the JVM with all services, the gateway and the embedded MongoDB
 * @param servers the process ids of the other servers, by name
 */
record MeasuredSystem(long jvm, Map<String, Long> servers) {

  static final String JVM = "JVM";

  /** Throws {@link Failure} when no system runs from the folder. */
  static MeasuredSystem read(Path home) throws IOException {
    JsonNode run = Json.mapper().readTree(home.resolve("run.json").toFile());
    long jvm = 0;
    for (JsonNode process : run.path("processes")) {
      if (process.path("name").asText().equals("gateway")) {
        jvm = process.path("pid").asLong();
      }
    }
    Map<String, Long> servers = new LinkedHashMap<>();
    for (JsonNode process : run.path("processes")) {
      long pid = process.path("pid").asLong();
      if (pid != jvm) {
        servers.put(process.path("name").asText(), pid);
      }
    }
    if (jvm == 0) {
      throw new Failure("no gateway is in the file run.json of " + home);
    }
    return new MeasuredSystem(jvm, servers);
  }

  /** The processor time of each process since it started, in seconds, by name. */
  Map<String, Double> cpuSeconds() throws IOException {
    ProcessTimes times = ProcessTimes.read();
    Map<String, Double> seconds = new LinkedHashMap<>();
    // The servers may be child processes of the JVM, so that its children must not count.
    seconds.put(JVM, times.secondsOf(jvm));
    servers.forEach((name, pid) -> seconds.put(name, times.secondsOfTree(pid)));
    return seconds;
  }

  /** The resident memory of each process in MB, by name. Child processes do not count. */
  Map<String, Double> megabytes() throws IOException {
    ProcessTimes times = ProcessTimes.read();
    Map<String, Double> megabytes = new LinkedHashMap<>();
    megabytes.put(JVM, times.megabytesOf(jvm));
    servers.forEach((name, pid) -> megabytes.put(name, times.megabytesOf(pid)));
    return megabytes;
  }
}
