package baedal.bench;

import baedal.dev.Client;
import baedal.dev.Failure;
import baedal.dev.LocalCluster;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * One replica of a {@link Deployment}. It probes its process as the kubelet does: a probe has a
 * period and a timeout, and takes effect after some failures in a row.
 */
final class Pod {

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** A probe: a GET request that must get the status 200 within {@code timeout}. */
  record Probe(String path, Duration period, Duration timeout, int failures) {}

  private final LocalCluster.Replica replica;
  private volatile boolean started;
  private volatile boolean ready;
  private volatile boolean terminating;

  Pod(LocalCluster.Replica replica) {
    this.replica = replica;
  }

  /**
   * Starts the probes.
   *
   * @param onChange is called when {@link #isReady} has changed because of the probe
   * @param onDead is called once, when the liveness probe has failed
   */
  void probe(Probe readiness, Probe liveness, Runnable onChange, Runnable onDead) {
    inThread("readiness", () -> probeReadiness(readiness, onChange));
    inThread("liveness", () -> probeLiveness(liveness, onDead));
  }

  private void inThread(String purpose, Runnable action) {
    Thread thread = new Thread(action, replica.name() + " " + purpose);
    thread.setDaemon(true);
    thread.start();
  }

  private void probeReadiness(Probe probe, Runnable onChange) {
    int failures = 0;
    while (!terminating) {
      long begin = System.nanoTime();
      failures = answers(probe) ? 0 : failures + 1;
      if (ready ? failures >= probe.failures() : failures == 0) {
        ready = !ready;
        started = true;
        onChange.run();
      }
      pauseUntilNext(probe, begin);
    }
  }

  /** The startup probe of the chart delays the liveness probe, here until the first readiness. */
  private void probeLiveness(Probe probe, Runnable onDead) {
    int failures = 0;
    while (!terminating) {
      long begin = System.nanoTime();
      failures = !started || answers(probe) ? 0 : failures + 1;
      if (failures >= probe.failures() && !terminating) {
        onDead.run();
        return;
      }
      pauseUntilNext(probe, begin);
    }
  }

  private static void pauseUntilNext(Probe probe, long begin) {
    Duration rest = probe.period().minusNanos(System.nanoTime() - begin);
    if (!rest.isNegative()) {
      Client.pause(rest);
    }
  }

  private boolean answers(Probe probe) {
    URI uri = URI.create("http://127.0.0.1:" + replica.probePort() + probe.path());
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(probe.timeout()).build();
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  String name() {
    return replica.name();
  }

  int port() {
    return replica.port();
  }

  /** Whether the balancer may send connections to this replica. */
  boolean isReady() {
    return ready && !terminating;
  }

  /** Ends the probes. From now on the replica is not ready. */
  void terminate() {
    terminating = true;
  }

  /**
   * Waits for {@code preStop} and then sends SIGTERM, and SIGKILL if the process still runs after
   * {@code grace}. Returns whether the process ended before that.
   */
  boolean stop(Duration preStop, Duration grace) {
    Client.pause(preStop);
    return replica.process().stop(grace);
  }

  /** Sends SIGSTOP: the process keeps its connections, but does nothing. */
  void suspend() throws IOException {
    Process kill =
        new ProcessBuilder("kill", "-STOP", Long.toString(replica.process().pid()))
            .inheritIO()
            .start();
    try {
      if (kill.waitFor() != 0) {
        throw new Failure("cannot suspend " + name());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted");
    }
  }
}
