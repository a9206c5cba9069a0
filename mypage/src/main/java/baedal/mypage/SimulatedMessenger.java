package baedal.mypage;

import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands in for KakaoTalk on one machine: the message is in the customer's list of notifications,
 * and that is all.
 */
final class SimulatedMessenger implements Messenger {

  private static final Logger log = LoggerFactory.getLogger(SimulatedMessenger.class);

  @Override
  public String channel() {
    return "KAKAO";
  }

  @Override
  public Future<Void> send(String customerId, String orderId, String text) {
    log.atDebug().addKeyValue("orderId", orderId).log("a message was sent");
    return Future.succeededFuture();
  }
}
