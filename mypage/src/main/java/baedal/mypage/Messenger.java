package baedal.mypage;

import io.vertx.core.Future;

/** The outside world that carries messages to customers. */
interface Messenger {

  String channel();

  Future<Void> send(String customerId, String orderId, String text);
}
