package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.dev.Client;
import baedal.testkit.SuiteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Runs many rounds of a race: concurrent requests of which only some may win. */
abstract class Races {

  /** The minimum number of rounds of each race. */
  static final int ROUNDS = SuiteSize.of("baedal.races", 20, 200);

  /** A race between two racers runs at most this many batches of rounds, until each has won. */
  static final int MAX_BATCHES = 10;

  private static final int AT_ONCE = 8;

  private static ExecutorService rounds;
  private static ExecutorService racers;

  @BeforeAll
  static void startThreads() {
    rounds = Executors.newFixedThreadPool(AT_ONCE);
    racers = Executors.newCachedThreadPool();
  }

  @AfterAll
  static void stopThreads() {
    rounds.shutdownNow();
    racers.shutdownNow();
  }

  interface Round {
    void run(Random random) throws Exception;
  }

  static void rounds(Round round) throws Exception {
    rounds(new Random(ROUNDS), round);
  }

  /** Runs at least {@link #ROUNDS} rounds, and then more until each racer has won one. */
  static void rounds(Handicap handicap, Round round) throws Exception {
    Random seeds = new Random(ROUNDS);
    rounds(seeds, round);
    for (int batch = 1; batch < MAX_BATCHES && !handicap.isWonByEach(); batch++) {
      rounds(seeds, round);
    }
    assertThat(handicap.isWonByEach()).as("each racer has won a round").isTrue();
  }

  private static void rounds(Random seeds, Round round) throws Exception {
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      Random random = new Random(seeds.nextLong());
      running.add(
          rounds.submit(
              () -> {
                round.run(random);
                return null;
              }));
    }
    for (Future<?> one : running) {
      one.get();
    }
  }

  /** Sends all requests at the same time, each after a random delay of at most 9 ms. */
  static List<Client.Answer> race(Random random, List<Callable<Client.Answer>> racing)
      throws InterruptedException, ExecutionException {
    CyclicBarrier start = new CyclicBarrier(racing.size());
    List<Future<Client.Answer>> running = new ArrayList<>();
    for (Callable<Client.Answer> one : racing) {
      int delayMillis = random.nextInt(10);
      running.add(
          racers.submit(
              () -> {
                start.await();
                Thread.sleep(delayMillis);
                return one.call();
              }));
    }
    List<Client.Answer> answers = new ArrayList<>();
    for (Future<Client.Answer> one : running) {
      answers.add(one.get());
    }
    return answers;
  }

  /**
   * A random delay before the request of one of two racers. The delay grows when this racer wins
   * and shrinks when the other one wins. So both win some rounds on any machine. It changes by a
   * factor, because events take milliseconds on an idle machine and seconds on a busy one.
   */
  static final class Handicap {

    private static final int MAX_MILLIS = 20_000;

    private final AtomicInteger millis = new AtomicInteger(50);
    private final Set<Boolean> outcomes = ConcurrentHashMap.newKeySet();

    void await(Random random) throws InterruptedException {
      Thread.sleep(random.nextInt(millis.get()));
    }

    /** {@code won}: whether the delayed racer won the round. */
    void record(boolean won) {
      outcomes.add(won);
      millis.updateAndGet(
          before -> won ? Math.min(MAX_MILLIS, before * 5 / 4) : Math.max(10, before * 4 / 5));
    }

    boolean isWonByEach() {
      return outcomes.size() == 2;
    }
  }
}
