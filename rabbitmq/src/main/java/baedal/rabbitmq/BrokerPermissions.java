package baedal.rabbitmq;

import baedal.events.Subscriptions;
import java.util.List;

/**
 * The permissions of one broker user, as RabbitMQ's three regular expressions, for {@link
 * BrokerDefinitions}. A service may configure nothing, write to its own exchange, and read its
 * queue and its dead letters. It writes to its retry and dead-letter queues through the default
 * exchange.
 */
public record BrokerPermissions(String configure, String write, String read) {

  /** Every broker user: one for each service that connects, and one for the audit. */
  public static final List<String> USERS =
      List.of("order", "payment", "store", "rider", "coupon", "mypage", "audit");

  private static final String NOTHING = "^$";

  /**
   * Returns the least permissions that one of {@link #USERS} needs.
   *
   * @throws IllegalArgumentException if no broker user has this name
   */
  public static BrokerPermissions of(String user) {
    return switch (user) {
      // Each MyPage process declares and binds a queue for live updates. The rebuild reads the log.
      case "mypage" ->
          new BrokerPermissions(
              "^mypage\\.live\\..*$",
              "^(amq\\.default|mypage\\.live\\..*)$",
              "^(mypage(\\.dead|\\.live\\..*)?|log|%s)$"
                  .formatted(String.join("|", Subscriptions.PUBLISHERS)));
      // Coupon reads the log to restore data that Redis lost.
      case "coupon" ->
          new BrokerPermissions(NOTHING, "^(coupon|amq\\.default)$", "^(coupon(\\.dead)?|log)$");
      // The audit only counts messages, which needs no permission.
      case "audit" -> new BrokerPermissions(NOTHING, NOTHING, NOTHING);
      case "order", "payment", "store", "rider" ->
          new BrokerPermissions(
              NOTHING, "^(" + user + "|amq\\.default)$", "^" + user + "(\\.dead)?$");
      default -> throw new IllegalArgumentException("there is no broker user " + user);
    };
  }
}
