package baedal.dev;

import java.io.IOException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Repeats a request until it has an expected status. It retries after a lost connection and after a
 * 503. A request without any response, or with an unexpected status, is a {@link Failure}.
 */
public final class RetryingClient {

  /** Longer than the longest outage, and than the time after which payment gives up a charge. */
  private static final Duration TIMEOUT = Duration.ofSeconds(100);

  private final AtomicLong retries = new AtomicLong();

  /** Sends one attempt. */
  public interface Request {
    Client.Answer send() throws IOException;
  }

  /**
   * The first response with a status of {@code expected}; one of {@code notYet} is retried.
   *
   * @param what names the request in a failure
   */
  public Client.Answer request(
      String what, Set<Integer> expected, Set<Integer> notYet, Request request) {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    String last = "nothing";
    while (System.nanoTime() < deadline) {
      try {
        Client.Answer answer = request.send();
        if (expected.contains(answer.status())) {
          return answer;
        }
        last = answer.toString();
        if (answer.status() != 503 && !notYet.contains(answer.status())) {
          throw new Failure(what + ": unexpected answer " + answer);
        }
      } catch (HttpConnectTimeoutException e) {
        last = e.toString();
      } catch (HttpTimeoutException e) {
        throw new Failure(what + ": no answer at all within the client's time");
      } catch (IOException e) {
        last = e.toString();
      }
      retries.incrementAndGet();
      Client.pause();
    }
    throw new Failure(what + ": not within " + TIMEOUT.toSeconds() + " s; at last " + last);
  }

  /** How many requests were sent again. */
  public long retries() {
    return retries.get();
  }
}
