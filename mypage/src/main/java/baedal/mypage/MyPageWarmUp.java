package baedal.mypage;

import baedal.events.EventMessage;
import baedal.events.WarmUpEvents;
import baedal.runtime.Caller;
import baedal.runtime.Json;
import baedal.runtime.WarmUp;
import baedal.runtime.WarmUpRequests;
import io.vertx.core.http.HttpMethod;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/**
 * The steps with which MyPage warms up. A page is built in memory only. All reads find nothing, and
 * nobody is notified.
 */
final class MyPageWarmUp {

  private final MyPageRepository pages;
  private final WarmUpRequests requests;
  private final boolean signsPeople;
  private final Clock clock;

  /** {@code signsPeople}: the secret of the services signs people's tokens, too. */
  MyPageWarmUp(MyPageRepository pages, WarmUpRequests requests, boolean signsPeople, Clock clock) {
    this.pages = pages;
    this.requests = requests;
    this.signsPeople = signsPeople;
    this.clock = clock;
  }

  void addTo(WarmUp warmUp) {
    warmUp
        .compute("build a page", this::buildPage)
        .step("read no pages", () -> pages.find(List.of(WarmUpRequests.ID)));
    if (signsPeople) {
      warmUp.step(
          "list no pages",
          () -> requests.sendAsPerson(HttpMethod.GET, "/mypages", Caller.CUSTOMER, null, 200));
    }
  }

  private void buildPage() {
    Instant now = clock.instant();
    MyPage page = MyPage.blank(WarmUpRequests.ID);
    for (EventMessage message : WarmUpEvents.receive(WarmUpEvents.placedAndPaid(now), now)) {
      page = Projection.apply(page, message);
      NotificationTexts.of(message.data(), page.isReservation());
    }
    Json.encode(MyPageView.of(Json.decode(Json.encode(page), MyPage.class), null));
  }
}
