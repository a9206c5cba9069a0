package baedal.rabbitmq;

import baedal.events.Subscriptions;
import java.util.List;

/**
 * What a service's own broker user may do, as RabbitMQ's three regular expressions: configure
 * nothing, write to its own exchange, read its own queue and its dead letters. A service writes to
 * its retry and dead-letter queues through the default exchange.
 */
public record BrokerPermissions(String configure, String write, String read) {

  /** Every broker user: one for each service that connects, and one for the audit. */
  public static final List<String> USERS =
      List.of("order", "payment", "store", "rider", "coupon", "mypage", "audit");

  private static final String NOTHING = "^$";

  /**
   * The least that one of {@link #USERS} needs.
   *
   * @throws IllegalArgumentException if no broker user has this name
   */
  public static BrokerPermissions of(String user) {
    return switch (user) {
      // MyPage makes a queue for each process that watches live, binds it, and rebuilds from the
      // log.
      case "mypage" ->
          new BrokerPermissions(
              "^mypage\\.live\\..*$",
              "^(amq\\.default|mypage\\.live\\..*)$",
              "^(mypage(\\.dead|\\.live\\..*)?|log|%s)$"
                  .formatted(String.join("|", Subscriptions.PUBLISHERS)));
      // Coupon rebuilds from the log what Redis lost.
      case "coupon" ->
          new BrokerPermissions(NOTHING, "^(coupon|amq\\.default)$", "^(coupon(\\.dead)?|log)$");
      // The audit only counts messages, which needs no permission.
      case "audit" -> new BrokerPermissions(NOTHING, NOTHING, NOTHING);
      case "order", "payment", "store", "rider" ->
          new BrokerPermissions(
              NOTHING, "^(" + user + "|amq\\.default)$", "^" + user + "(\\.dead)?$");
      default -> throw new IllegalArgumentException("no broker user is called " + user);
    };
  }
}
