package baedal.dev;

import java.io.IOException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Repeats a request of a {@link Client} until the response has an expected status. It retries after
 * a lost connection and after a 503. It throws {@link Failure} when the response times out or has
 * an unexpected status.
 */
public final class RetryingClient {

  /**
   * Longer than any outage in the tests, and longer than the time after which the payment service
   * gives up a charge.
   */
  private static final Duration TIMEOUT = Duration.ofSeconds(100);

  private final AtomicLong retries = new AtomicLong();

  /** Sends the request once. {@link RetryingClient} calls it for each attempt. */
  public interface Request {
    Client.Answer send() throws IOException;
  }

  /**
   * Returns the first response with a status in {@code expected}. Retries after a status in {@code
   * notYet}. Throws {@link Failure} after 100 seconds.
   *
   * @param what the name of the request in the message of a {@link Failure}
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
          throw new Failure(what + ": unexpected response " + answer);
        }
      } catch (HttpConnectTimeoutException e) {
        last = e.toString();
      } catch (HttpTimeoutException e) {
        throw new Failure(what + ": no response within the client's timeout");
      } catch (IOException e) {
        last = e.toString();
      }
      retries.incrementAndGet();
      Client.pause();
    }
    throw new Failure(
        what + ": no expected response within " + TIMEOUT.toSeconds() + " s; the last was " + last);
  }

  /** How many requests were sent again. */
  public long retries() {
    return retries.get();
  }
}
