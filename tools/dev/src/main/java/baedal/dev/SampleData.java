package baedal.dev;

import baedal.runtime.Json;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;

/**
 * Opens 12 sample stores in Mapo, Seoul, through the gateway, so that a fresh system has menus to
 * order. {@link Run} and tests use it.
 */
public final class SampleData {

  /** Long enough for the start of seven processes on a slow machine. */
  private static final Duration START_TIMEOUT = Duration.ofSeconds(90);

  private static final Duration EVENT_TIMEOUT = Duration.ofSeconds(30);

  private final Client anyone;

  public SampleData(String gateway) {
    anyone = new Client(gateway);
  }

  /**
   * Opens the sample stores if the system has no store. First waits until the gateway and the store
   * service respond. Returns how many it opened.
   */
  public int fill() throws IOException {
    return awaitStores().path("items").isEmpty() ? open() : 0;
  }

  private JsonNode awaitStores() {
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    while (System.nanoTime() < deadline) {
      try {
        Client.Answer stores = anyone.get("/stores?limit=1");
        if (stores.status() == 200) {
          return stores.body();
        }
      } catch (IOException e) {
        // The gateway does not listen yet.
      }
      Client.pause();
    }
    throw new Failure("the store service did not respond within 90 s: see its log");
  }

  /** Opens the sample stores, even if the system has stores. Returns how many it opened. */
  public int open() throws IOException {
    JsonNode stores;
    try (InputStream in = SampleData.class.getResourceAsStream("stores.json")) {
      stores = Json.mapper().readTree(in);
    }
    ObjectNode probe = null;
    for (int i = 0; i < stores.size(); i++) {
      probe = open("owner-" + (i + 1), stores.get(i));
    }
    awaitMenusInOrder(probe);
    return stores.size();
  }

  /**
   * Opens a store. Returns the body of an order for all menus of the store and for one menu that
   * does not exist.
   */
  private ObjectNode open(String ownerId, JsonNode sample) throws IOException {
    Client owner = anyone.as(ownerId, "owner");
    ObjectNode store = sample.deepCopy();
    JsonNode menus = store.remove("menus");
    Client.Answer opened = owner.post("/stores", store);
    String storeId = opened.text("storeId");
    ObjectNode probe =
        Json.mapper().createObjectNode().put("storeId", storeId).put("fulfilment", "VISIT");
    if (store.has("hotel")) {
      LocalDate tonight = LocalDate.now(ZoneId.of(store.at("/hotel/timeZone").asText()));
      probe
          .putObject("stay")
          .put("checkIn", tonight.toString())
          .put("checkOut", tonight.plusDays(1).toString())
          .put("guests", 1);
    }
    ArrayNode lines = probe.putArray("lines");
    for (int i = 0; i < menus.size(); i++) {
      String menuId = "m-" + (i + 1);
      Client.Answer put = owner.put("/stores/" + storeId + "/menus/" + menuId, menus.get(i));
      if (put.status() != 201) {
        throw new Failure("the store service refused a sample menu: " + put.body());
      }
      lines.addObject().put("menuId", menuId).put("quantity", 1);
    }
    lines.addObject().put("menuId", "no-such-menu").put("quantity", 1);
    return probe;
  }

  /**
   * Waits until the order service has received the menus. From then on it refuses only the last
   * line of {@code probe}, because the menu of that line does not exist.
   */
  private void awaitMenusInOrder(ObjectNode probe) throws IOException {
    Client customer = anyone.as("sample-data", "customer");
    int unknownLine = probe.path("lines").size() - 1;
    long deadline = System.nanoTime() + EVENT_TIMEOUT.toNanos();
    while (System.nanoTime() < deadline) {
      JsonNode errors = customer.post("/orders", probe).body().path("errors");
      if (errors.size() == 1
          && errors.path(0).path("pointer").asText().equals("/lines/" + unknownLine + "/menuId")) {
        return;
      }
      Client.pause();
    }
    throw new Failure("the order service did not receive the sample menus within 30 s");
  }
}
