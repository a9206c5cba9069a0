package baedal.mypage;

import io.vertx.core.Future;

/**
 * The messenger service with which {@link Notifier} sends notifications to customers, for example
 * KakaoTalk.
 */
interface Messenger {

  /** The name of this messenger in the customer's list of notifications, for example KAKAO. */
  String channel();

  /** Fails if the messenger refuses the text or does not respond in time. */
  Future<Void> send(String customerId, String orderId, String text);
}
