package baedal.mypage;

import io.vertx.core.Future;

/** The port to the messenger that delivers notifications to customers. */
interface Messenger {

  String channel();

  Future<Void> send(String customerId, String orderId, String text);
}
