package baedal.dev;

import java.io.IOException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Someone who asks again when there was no answer, or when told to come back a little later; and
 * who takes any other unexpected answer for a fault of the system.
 */
public final class RetryingClient {

  /** Longer than the longest outage and the time after which an unheard-of charge is given up. */
  private static final Duration PATIENCE = Duration.ofSeconds(100);

  private final AtomicLong repeats = new AtomicLong();

  public interface Asking {
    Client.Answer ask() throws IOException;
  }

  /**
   * The first answer with one of the statuses {@code wanted}; those {@code notYet} are waited out.
   */
  public Client.Answer ask(String what, Set<Integer> wanted, Set<Integer> notYet, Asking asking) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    String last = "nothing";
    while (System.nanoTime() < deadline) {
      try {
        Client.Answer answer = asking.ask();
        if (wanted.contains(answer.status())) {
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
      repeats.incrementAndGet();
      Client.pause();
    }
    throw new Failure(what + ": not within " + PATIENCE.toSeconds() + " s; at last " + last);
  }

  /** How often something was asked again. */
  public long repeats() {
    return repeats.get();
  }
}
