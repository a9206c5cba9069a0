package baedal.mypage;

import baedal.runtime.Config;
import baedal.runtime.HttpApi;
import baedal.runtime.Identity;
import baedal.runtime.WarmUp;
import java.time.Duration;

/** The settings of the MyPage service. Without {@code messengerUrl} the messenger is simulated. */
public record MyPageConfig(
    String host,
    int port,
    int maxHeaderBytes,
    String mongoUri,
    String amqpUri,
    Identity identity,
    String orderUrl,
    String messengerUrl,
    String messengerKey,
    Duration warmUp,
    Duration drainDelay) {

  public static MyPageConfig from(Config config) {
    boolean http = config.has("MESSENGER_URL");
    return new MyPageConfig(
        config.text("HTTP_HOST", "127.0.0.1"),
        config.number("PORT", 8086),
        HttpApi.maxHeaderBytes(config),
        config.text("MONGO_URI"),
        config.text("AMQP_URI"),
        Identity.from(config),
        config.uri("ORDER_URL").toString(),
        http ? config.uri("MESSENGER_URL").toString() : null,
        http ? config.text("MESSENGER_KEY") : null,
        WarmUp.time(config),
        HttpApi.drainDelay(config));
  }
}
