package baedal.mypage;

import io.vertx.core.Future;

/** The port to the messenger, through which the notifier sends notifications to customers. */
interface Messenger {

  /** The channel that the customer's list of notifications names, for example KAKAO. */
  String channel();

  /** Fails if the messenger refuses the text or does not respond in time. */
  Future<Void> send(String customerId, String orderId, String text);
}
