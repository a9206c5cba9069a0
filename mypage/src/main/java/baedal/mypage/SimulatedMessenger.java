package baedal.mypage;

import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The messenger of a system without {@code MESSENGER_URL}. It sends nothing: a notification appears
 * only in the customer's list.
 */
final class SimulatedMessenger implements Messenger {

  private static final Logger log = LoggerFactory.getLogger(SimulatedMessenger.class);

  @Override
  public String channel() {
    return "KAKAO";
  }

  @Override
  public Future<Void> send(String customerId, String orderId, String text) {
    log.atDebug()
        .addKeyValue("orderId", orderId)
        .log("notification not sent: the messenger is simulated");
    return Future.succeededFuture();
  }
}
