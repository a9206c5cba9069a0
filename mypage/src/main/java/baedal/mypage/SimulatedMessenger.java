package baedal.mypage;

import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the place of KakaoTalk when no messenger is configured: a message appears only in the
 * customer's list of notifications.
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
