package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TracesTest {

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "00-" + TRACE + "-b7ad6b7169203331-01";

  private final Vertx vertx = Boot.vertx();

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @Test
  void asynchronous_work_belongs_to_the_trace_that_started_it() {
    Future<String> inside =
        Traces.within(vertx, PARENT, () -> vertx.timer(20).map(v -> Traces.traceId()));
    Future<String> other =
        Traces.within(
            vertx, null, () -> vertx.timer(20).map(v -> String.valueOf(Traces.traceId())));
    assertThat(inside.await()).isEqualTo(TRACE);
    assertThat(other.await()).isEqualTo("null");
    assertThat(Traces.traceId()).isNull();
  }
}
