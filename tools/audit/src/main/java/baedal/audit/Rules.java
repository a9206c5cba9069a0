package baedal.audit;

import baedal.audit.Tolerances.Bounds;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** What must be true of every order that nothing moves any more. Pure. */
final class Rules {

  /** The finding that something cannot be read, and the mark of it. */
  static final String UNREADABLE = "unreadable";

  private static final String MISSING = "missing";
  private static final Set<String> HELD = Set.of("PAID", "DEFERRED");
  private static final Set<String> CLAIMED = Set.of("CLAIMED", "USED");

  /** One that is revoked while the order is being paid with it counts as used. */
  private static final Set<String> SPENT = Set.of("USED", "REVOKED");

  private static final Set<String> UNDECIDED = Set.of("CHARGING", "REFUNDING");

  /** The ticket that an order in this state has. */
  private static final Map<String, String> TICKET =
      Map.of(
          "PAID", "RECEIVED",
          "ACCEPTED", "ACCEPTED",
          "COOKING", "COOKING",
          "COOKED", "COOKED",
          "PICKED", "COOKED",
          "DELIVERED", "COOKED",
          "COMPLETED", "COOKED",
          "CANCELED", "CANCELED",
          "REJECTED", "REJECTED");

  /** The deliveries that an order in this state may have; none where a state is not listed. */
  private static final Map<String, Set<String>> DELIVERY =
      Map.of(
          "ACCEPTED", Set.of("WAITING"),
          "COOKING", Set.of("WAITING"),
          "COOKED", Set.of("OPEN", "CLAIMED"),
          "PICKED", Set.of("PICKED"),
          "DELIVERED", Set.of("DELIVERED"),
          "COMPLETED", Set.of("DELIVERED"));

  record Rule(String name, BiFunction<OrderSnapshot, Bounds, Stream<String>> broken) {}

  static final List<Rule> RULES =
      List.of(
          new Rule("order-known", (s, bounds) -> orderKnown(s)),
          new Rule("order-stuck", Rules::orderStuck),
          new Rule("payment-stuck", (s, bounds) -> paymentStuck(s)),
          new Rule("money", (s, bounds) -> money(s)),
          new Rule("provider", (s, bounds) -> s.payments().stream().flatMap(Rules::provider)),
          new Rule("ticket", (s, bounds) -> ticket(s)),
          new Rule("ticket-content", (s, bounds) -> ticketContent(s)),
          new Rule("stock-owed", (s, bounds) -> stockOwed(s)),
          new Rule("delivery", (s, bounds) -> delivery(s)),
          new Rule("coupon", (s, bounds) -> coupon(s)),
          new Rule("coupon-earned", (s, bounds) -> couponEarned(s)),
          new Rule("mypage", (s, bounds) -> page(s)),
          new Rule("notification", (s, bounds) -> notification(s)));

  private Rules() {}

  /** Nothing of a story that changed since the grace began: it may still be under way. */
  static List<Finding> check(OrderSnapshot story, Bounds bounds) {
    try {
      return story.changedAt().isBefore(bounds.graceBegan()) ? broken(story, bounds) : List.of();
    } catch (DateTimeException e) {
      return List.of(unreadable(story.orderId(), e.getMessage()));
    }
  }

  /** Nobody knows of an order with unreadable times. */
  static boolean atRest(OrderSnapshot story, Instant graceBegan) {
    try {
      return story.changedAt().isBefore(graceBegan);
    } catch (DateTimeException e) {
      return false;
    }
  }

  /** Nothing else can be said of an order of which something cannot be read. */
  private static List<Finding> unreadable(OrderSnapshot s) {
    Stream<Map.Entry<String, JsonNode>> payments =
        s.payments().stream().map(payment -> Map.entry("payment", payment));
    Stream<Map.Entry<String, JsonNode>> others =
        Stream.of(
            Map.entry("order", s.order()),
            Map.entry("ticket", s.ticket()),
            Map.entry("delivery", s.delivery()),
            Map.entry("coupon", s.coupon()),
            Map.entry("earned coupon", s.earned()),
            Map.entry("page", s.page()));
    return Stream.concat(others, payments)
        .filter(of -> of.getValue().has(UNREADABLE))
        .map(of -> unreadable(s.orderId(), "what is kept of its " + of.getKey() + " is no JSON"))
        .toList();
  }

  static Finding unreadable(String subject, String why) {
    return new Finding(UNREADABLE, subject, why);
  }

  private static List<Finding> broken(OrderSnapshot story, Bounds bounds) {
    List<Finding> unreadable = unreadable(story);
    if (!unreadable.isEmpty()) {
      return unreadable;
    }
    return RULES.stream()
        .flatMap(
            rule ->
                rule.broken()
                    .apply(story, bounds)
                    .map(detail -> new Finding(rule.name(), story.orderId(), detail)))
        .toList();
  }

  /** A coupon that an order holds is held by an order that knows of it. */
  static List<Finding> checkClaim(JsonNode coupon, OrderSnapshot holder, Instant graceBegan) {
    boolean atRest = changedAt(coupon).isBefore(graceBegan) && atRest(holder, graceBegan);
    boolean forgotten = CLAIMED.contains(status(coupon)) && !id(coupon).equals(holder.couponId());
    return atRest && forgotten
        ? List.of(
            new Finding("claim", holder.orderId(), "does not know of its coupon " + id(coupon)))
        : List.of();
  }

  private static Stream<String> broken(boolean really, String detail) {
    return really ? Stream.of(detail) : Stream.empty();
  }

  private static Stream<String> orderKnown(OrderSnapshot s) {
    return broken(
        s.order().isMissingNode(), "other services know of an order that the order service lost");
  }

  private static Stream<String> orderStuck(OrderSnapshot s, Bounds bounds) {
    boolean unexpired =
        s.is("PLACED")
            && Instant.parse(s.order().path("details").path("expiresAt").asText())
                .isBefore(bounds.graceBegan());
    boolean unconfirmed = s.servedAt() != null && s.servedAt().isBefore(bounds.silenceBegan());
    return broken(
        unexpired || unconfirmed || s.is("CANCEL_REQUESTED") || s.settling(),
        "still " + s.status() + (s.settling() ? ", waiting for its money" : ""));
  }

  private static Stream<String> paymentStuck(OrderSnapshot s) {
    return s.payments().stream()
        .filter(p -> UNDECIDED.contains(status(p)))
        .map(p -> "payment " + id(p) + " is still " + status(p));
  }

  /** Money is held for exactly the orders that are established, and exactly what is due. */
  private static Stream<String> money(OrderSnapshot s) {
    List<JsonNode> held = s.payments().stream().filter(p -> HELD.contains(status(p))).toList();
    if (!s.underWay()) {
      boolean waits = s.is("CANCEL_REQUESTED") || s.settling() || s.order().isMissingNode();
      return broken(!waits && !held.isEmpty(), "is " + s.status() + ", but money is held");
    }
    if (held.size() != 1) {
      return Stream.of("is " + s.status() + " with " + held.size() + " payments that hold");
    }
    JsonNode payment = held.get(0);
    boolean handedOver = s.is("DELIVERED", "COMPLETED");
    return Stream.of(
            broken(
                !id(payment).equals(s.order().path("paymentId").asText()),
                "is settled by another payment, " + id(payment)),
            broken(
                payment.path("amount").asLong() != s.due(),
                s.due() + " won are due, " + payment.path("amount").asLong() + " are held"),
            broken(
                handedOver && status(payment).equals("DEFERRED"),
                "is " + s.status() + ", but what was promised was not collected"))
        .flatMap(detail -> detail);
  }

  /**
   * The provider (the simulated one tells) holds what the payment says it holds. A charge is null
   * where the simulated one never heard of it, and missing where there is another one.
   */
  private static Stream<String> provider(JsonNode p) {
    JsonNode charge = p.path("charge");
    if (charge.isMissingNode()) {
      return Stream.empty();
    }
    if (charge.isNull()) {
      boolean free = p.path("amount").asLong() == 0 || isAtTheDoor(p);
      return broken(
          status(p).equals("PAID") && !free,
          "payment " + id(p) + " is PAID, but the provider never heard of it");
    }
    boolean holds = charge.path("approved").asBoolean() && !charge.path("refunded").asBoolean();
    return Stream.concat(
        broken(
            holds != status(p).equals("PAID") && !UNDECIDED.contains(status(p)),
            "payment "
                + id(p)
                + " is "
                + status(p)
                + ", but the provider "
                + (holds ? "holds the money" : "does not hold it")),
        broken(
            charge.path("amount").asLong() != p.path("amount").asLong(),
            "payment " + id(p) + " was charged another amount"));
  }

  private static boolean isAtTheDoor(JsonNode payment) {
    return payment.path("method").asText().equals("ON_DELIVERY");
  }

  private static Stream<String> ticket(OrderSnapshot s) {
    if (s.is("CANCEL_REQUESTED") || s.settling() || s.order().isMissingNode()) {
      return Stream.empty();
    }
    String wanted = s.wasPaid() ? TICKET.get(s.status()) : null;
    String found = found(s.ticket());
    return broken(
        !found.equals(wanted == null ? MISSING : wanted),
        "is " + s.status() + (s.wasPaid() ? "" : ", never paid") + ", but its ticket is " + found);
  }

  /** The kitchen cooks what the customer ordered. */
  private static Stream<String> ticketContent(OrderSnapshot s) {
    JsonNode details = s.order().path("details");
    JsonNode shown = s.ticket().path("details");
    if (!s.underWay() || !shown.isObject()) {
      return Stream.empty();
    }
    return Stream.of("lines", "address", "memo", "due")
        .filter(field -> !whole(details.path(field)).equals(whole(shown.path(field))))
        .map(field -> "the ticket shows another " + field);
  }

  /**
   * Lines from before the prices of their options were kept have none, or an empty list where they
   * were written anew since.
   */
  private static JsonNode whole(JsonNode content) {
    JsonNode whole = content.deepCopy();
    if (whole.isArray()) {
      whole.forEach(line -> ((ObjectNode) line).withArray("optionPrices"));
    }
    return whole;
  }

  private static Stream<String> stockOwed(OrderSnapshot s) {
    return broken(s.ticket().path("stockOwed").asBoolean(), "its stock is not settled");
  }

  private static Stream<String> delivery(OrderSnapshot s) {
    if (s.order().isMissingNode() || s.is("CANCEL_REQUESTED") || s.settling()) {
      return Stream.empty();
    }
    String found = found(s.delivery());
    return broken(!mayBe(s).contains(found), "is " + s.status() + ", but its delivery is " + found);
  }

  private static Set<String> mayBe(OrderSnapshot s) {
    if (s.over()) {
      return Set.of(MISSING, "CANCELED");
    }
    Set<String> none = Set.of(MISSING);
    return s.visit() ? none : DELIVERY.getOrDefault(s.status(), none);
  }

  /** The coupon that the order knows of: claimed by it, used when it is paid, else given back. */
  private static Stream<String> coupon(OrderSnapshot s) {
    if (s.couponId() == null) {
      return Stream.empty();
    }
    String holder = s.coupon().path("orderId").asText(null);
    boolean held = s.orderId().equals(holder);
    String found = s.coupon().isMissingNode() ? "lost" : status(s.coupon());
    if (s.over()) {
      return broken(held, "is " + s.status() + ", but its coupon is still " + found);
    }
    boolean wrong =
        s.underWay()
            ? !(held && SPENT.contains(found))
            : s.is("PLACED") && !(held && found.equals("CLAIMED"));
    return broken(
        wrong,
        "is "
            + s.status()
            + " with the coupon "
            + s.couponId()
            + ", which is "
            + found
            + (holder == null ? "" : " by " + holder));
  }

  private static Stream<String> couponEarned(OrderSnapshot s) {
    if (s.order().isMissingNode()) {
      return Stream.empty();
    }
    boolean deserved = s.is("DELIVERED", "COMPLETED");
    boolean earned = !s.earned().isMissingNode();
    return broken(
        deserved != earned,
        "is " + s.status() + ", but " + (earned ? "earned a coupon" : "earned no coupon"));
  }

  private static Stream<String> page(OrderSnapshot s) {
    if (s.order().isMissingNode()) {
      return Stream.empty();
    }
    JsonNode page = s.page();
    String shown = page.path("shown").asText("nothing");
    return Stream.of(
            broken(!s.status().equals(shown), "is " + s.status() + ", but MyPage shows " + shown),
            broken(
                page.isObject() && page.path("details").path("due").asLong() != s.due(),
                s.due()
                    + " won are due, but MyPage shows "
                    + page.path("details").path("due").asLong()))
        .flatMap(detail -> detail);
  }

  private static Stream<String> notification(OrderSnapshot s) {
    return broken(s.pending() > 0, s.pending() + " notifications were not sent");
  }

  private static String id(JsonNode node) {
    return node.path("id").asText();
  }

  private static String found(JsonNode node) {
    return node.isMissingNode() ? MISSING : status(node);
  }

  private static String status(JsonNode node) {
    return node.path("status").asText();
  }

  private static Instant changedAt(JsonNode node) {
    return Instant.parse(node.path("changedAt").asText());
  }
}
