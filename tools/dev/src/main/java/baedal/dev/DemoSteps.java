package baedal.dev;

import baedal.runtime.Json;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Predicate;

/** The steps that every demo consists of. It prints each step with its duration. */
final class DemoSteps {

  private static final long DEADLINE_NANOS = 15_000_000_000L;

  private long last = System.nanoTime();

  static ObjectNode json() {
    return Json.mapper().createObjectNode();
  }

  /** Prints a step; throws {@link Failure} if it did not succeed. */
  void step(String what, boolean succeeded, JsonNode answer) {
    long now = System.nanoTime();
    System.out.printf(Locale.ROOT, "%7.0f ms  %s%n", (now - last) / 1e6, what);
    last = now;
    if (!succeeded) {
      throw new Failure("the demo failed at the step \"" + what + "\"; the response was " + answer);
    }
  }

  /** Prints a line that belongs to the last step. */
  static void detail(String line) {
    System.out.println("            " + line);
  }

  /** Repeats the request until the response meets the condition, for at most 15 s. */
  Client.Answer awaited(String what, Client client, String path, Predicate<Client.Answer> condition)
      throws IOException {
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    Client.Answer answer = client.get(path);
    while (!condition.test(answer) && System.nanoTime() < deadline) {
      Client.pause();
      answer = client.get(path);
    }
    step(what, condition.test(answer), answer.body());
    return answer;
  }

  /** Waits until the order has this status. */
  Client.Answer awaitedStatus(Client client, String orderId, String status) throws IOException {
    return awaited(
        "the order is " + status,
        client,
        "/orders/" + orderId,
        a -> a.text("status").equals(status));
  }

  /**
   * Sends a request. While the response is 503, sends it again after the time that the response
   * names, for at most 15 s.
   */
  static Client.Answer retried(Client client, String path, ObjectNode body) throws IOException {
    String key = UUID.randomUUID().toString();
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    Client.Answer answer = client.post(path, body, key);
    while (answer.status() == 503 && System.nanoTime() < deadline) {
      detail(path + " is busy, retry after " + answer.retryAfter());
      Client.pause(answer.retryAfter());
      answer = client.post(path, body, key);
    }
    return answer;
  }

  /** Places the order; returns its id. */
  String place(String what, Client customer, ObjectNode order) throws IOException {
    Client.Answer placed = retried(customer, "/orders", order);
    step(what + ": " + placed.text("due") + " won due", placed.status() == 201, placed.body());
    return placed.text("orderId");
  }

  void pay(String who, Client customer, String orderId) throws IOException {
    Client.Answer paid =
        retried(
            customer,
            "/payments",
            json().put("orderId", orderId).put("method", "CARD").put("card", "4242424242424242"));
    step(who + " pays by card: payment " + paid.text("status"), paid.status() == 201, paid.body());
  }

  /** Waits until the store has a ticket for the order. */
  void received(Client owner, String orderId) throws IOException {
    awaited(
        "the store has a ticket for the order",
        owner,
        "/foodCookings/" + orderId,
        a -> a.text("status").equals("RECEIVED"));
  }

  /** The store does {@code action} on the ticket; {@code what} describes it to the reader. */
  void handle(String what, Client owner, String orderId, String action, String status)
      throws IOException {
    Client.Answer done = owner.post("/foodCookings/" + orderId + "/" + action, null);
    step(
        what + " → ticket " + done.text("status"), done.text("status").equals(status), done.body());
  }
}
