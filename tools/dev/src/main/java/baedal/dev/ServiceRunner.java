package baedal.dev;

import java.io.IOException;

/** Runs the seven services: in this JVM, or each in a process of its own. */
sealed interface ServiceRunner permits ServiceVerticles, ServiceProcesses {

  void start() throws IOException;

  /** The id of the process in which the service runs. */
  long pid(String service);

  /** Ends all services that run; they have some seconds to finish what they do. */
  void stop();
}
