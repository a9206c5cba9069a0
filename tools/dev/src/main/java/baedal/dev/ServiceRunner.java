package baedal.dev;

import java.io.IOException;

/**
 * Runs the six services and the gateway for {@link LocalSystem}: in this JVM, or each in its own
 * process.
 */
sealed interface ServiceRunner permits ServiceVerticles, ServiceProcesses {

  void start() throws IOException;

  /** The id of the process in which the service runs. */
  long pid(String service);

  /** Stops all running services; they have 8 seconds for their current requests and events. */
  void stop();
}
