package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.internal.net.NetSocketInternal;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TransientFailuresTest {

  static Stream<Throwable> outages() {
    return Stream.of(
        new ConnectException("refused"),
        new TimeoutException(),
        new IllegalStateException(new ConnectException("refused")),
        new HttpClosedException("Connection was closed"),
        new ConnectionPoolTooBusyException("full"),
        NetSocketInternal.CLOSED_EXCEPTION,
        Refusal.unavailable("unavailable", "unavailable", Duration.ofSeconds(1)));
  }

  @ParameterizedTest
  @MethodSource("outages")
  void a_failure_of_a_network_or_a_server_is_transient(Throwable failure) {
    assertThat(TransientFailures.isOutage(failure)).isTrue();
  }

  static Stream<Throwable> bugs() {
    return Stream.of(
        new IllegalStateException("a bug"),
        Refusal.conflict("taken", "taken"),
        catchThrowable(() -> Json.decode("{", Refusal.Fault.class)));
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void a_bug_a_refusal_and_unreadable_json_are_not_transient(Throwable failure) {
    assertThat(TransientFailures.isOutage(failure)).isFalse();
  }

  @Test
  void the_message_of_a_failure_does_not_matter() {
    assertThat(TransientFailures.isOutage(new VertxException("Connection was closed", true)))
        .isFalse();
    assertThat(TransientFailures.isOutage(Future.failedFuture("timed out").cause())).isFalse();
    assertThat(TransientFailures.isOutage(new IOException())).isTrue();
  }

  @Test
  void a_future_that_takes_too_long_fails_with_a_transient_failure() {
    Vertx vertx = Vertx.vertx();
    Promise<Void> never = Promise.promise();
    Throwable late = catchThrowable(() -> never.future().timeout(1, TimeUnit.MILLISECONDS).await());
    assertThat(TransientFailures.isOutage(late)).isTrue();
    vertx.close().await();
  }
}
