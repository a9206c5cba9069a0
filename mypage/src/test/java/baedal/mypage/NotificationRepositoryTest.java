package baedal.mypage;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.mongodb.MongoDatabase;
import baedal.testkit.TestServers;
import io.vertx.core.Vertx;
import io.vertx.ext.mongo.MongoClient;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NotificationRepositoryTest {

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void notifications_of_the_same_second_are_sorted_by_their_milliseconds() {
    MongoClient mongo = new MongoDatabase(vertx, TestServers.mongo()).client();
    NotificationRepository notifications = new NotificationRepository(mongo);
    List<String> times =
        List.of(
            "2026-01-02T03:04:06.010Z",
            "2026-01-02T03:04:06.001Z",
            "2026-01-02T03:04:06.000Z",
            "2026-01-02T03:04:05.999Z");
    for (String time : times) {
      Submission text = new Submission("o-1", "c-1", new NotificationText(time, time));
      notifications
          .insert(List.of(NotificationRepository.sent(text, "test", Instant.parse(time))))
          .await();
    }
    assertThat(notifications.list("c-1", null, 10).await())
        .extracting(notification -> notification.getString("sentAt"))
        .isEqualTo(times);
    assertThat(notifications.list("c-1", List.of(times.get(2), ""), 10).await())
        .extracting(notification -> notification.getString("text"))
        .containsExactly(times.get(3));
  }
}
