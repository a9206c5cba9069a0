package baedal.journey;

import baedal.runtime.Json;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;

/** Malformed texts, headers and bodies for {@link FuzzTest}; the same seed gives the same input. */
final class HostileInput {

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "$",
          "$ne",
          "$where",
          "{\"$gt\":\"\"}",
          "a.$.b",
          "..",
          ".",
          "../../etc/passwd",
          "..%2f..%2finternal",
          "%00",
          "\0",
          "id\0id",
          "' OR 1=1 --",
          "*)(uid=*",
          "${jndi:ldap://x}",
          "{{7*7}}",
          "<script>alert(1)</script>",
          "주문\u202e번호",
          "👩‍🍳🍗",
          "\ud83d",
          "\uffff",
          "é́́́",
          "\u200b",
          "\u3000\u3164",
          "\u1110\u1169\u11bc",
          "\r\nX-Injected: yes",
          ":orderId",
          "me",
          "null",
          "true",
          "NaN",
          "Infinity",
          "-0",
          "1e999",
          "1e-999",
          "0x10",
          "１２",
          "99999999999999999999999",
          "-1",
          "9223372036854775808",
          "2147483648",
          "91,181",
          "NaN,NaN",
          "1,2,3",
          "90,180",
          "2026-02-30T25:61:61Z",
          "+1000000000-12-31T23:59:59Z",
          "[]",
          "{}");

  /** Bodies that are not JSON, or not the JSON that a service expects. */
  private static final List<String> ODD_BODIES =
      List.of(
          "",
          "{",
          "[",
          "nul",
          "{\"a\":1,}",
          "{\"a\":1}{\"a\":2}",
          "{\"a\":1,\"a\":2}",
          "{'a':1}",
          "\"text\"",
          "7",
          "null",
          "true",
          "[]",
          "{}",
          "[[[[]]]]",
          "\u0000",
          "\ufeff{}",
          "{\"memo\":\"\\ud800\"}",
          "{\"quantity\":1e9999}",
          "{\"total\":-1e-9999}");

  private static final List<String> TYPES =
      List.of(
          "text/plain",
          "application/xml",
          "application/x-www-form-urlencoded",
          "multipart/form-data; boundary=x",
          "application/json; charset=utf-16",
          "application/jsonp",
          "application/problem+json",
          "application/json-patch+json",
          "json",
          ";",
          "*/*");

  private final Random random;

  HostileInput(Random random) {
    this.random = random;
  }

  boolean onceIn(int times) {
    return random.nextInt(times) == 0;
  }

  <T> T oneOf(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  String text() {
    return switch (random.nextInt(8)) {
      case 0 -> "x".repeat(1 + random.nextInt(3_000));
      case 1 -> cursor();
      case 2 ->
          random
              .ints(12, 1, 0xd800)
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
              .toString();
      default -> oneOf(TEXTS);
    };
  }

  /** A text of characters that an HTTP client can send in a header. */
  String header() {
    return text().replaceAll("[^ -~]", "?").strip();
  }

  /** A text with the form of a cursor and wrong content. */
  private String cursor() {
    String keys =
        switch (random.nextInt(4)) {
          case 0 -> array(oneOf(TEXTS));
          case 1 -> array(oneOf(TEXTS), oneOf(TEXTS));
          case 2 -> Json.mapper().createArrayNode().add(value(2)).add(value(2)).toString();
          default -> oneOf(ODD_BODIES);
        };
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(keys.getBytes(StandardCharsets.UTF_8));
  }

  private static String array(String... texts) {
    return Json.mapper().valueToTree(texts).toString();
  }

  String contentType(String valid) {
    return onceIn(8) ? oneOf(TYPES) : valid;
  }

  /** A valid body with at most three changes, a body that is too large, or one that is not JSON. */
  Buffer body(JsonNode valid) {
    return switch (random.nextInt(10)) {
      case 0 -> Buffer.buffer(oneOf(ODD_BODIES));
      case 1 -> Buffer.buffer(oneOf(ODD_BODIES), "UTF-16");
      case 2 -> Buffer.buffer(new byte[] {'"', (byte) 0xc3, (byte) 0x28, '"'});
      case 3 -> Buffer.buffer("[".repeat(1 + random.nextInt(30_000)));
      case 4 ->
          Buffer.buffer(
              valid.toString().replaceFirst("\\{", "{\"pad\":\"" + "x".repeat(80_000) + "\","));
      default -> {
        JsonNode changed = valid.deepCopy();
        for (int i = random.nextInt(4); i > 0; i--) {
          spoil(changed);
        }
        yield Buffer.buffer(changed.toString());
      }
    };
  }

  private void spoil(JsonNode node) {
    List<JsonNode> places = new ArrayList<>();
    collect(node, places);
    if (places.isEmpty()) {
      return;
    }
    JsonNode place = oneOf(places);
    if (place instanceof ArrayNode array) {
      array.insert(random.nextInt(array.size() + 1), value(3));
    } else if (place instanceof ObjectNode object) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      String name = names.isEmpty() || onceIn(6) ? text() : oneOf(names);
      if (onceIn(4)) {
        object.remove(name);
      } else {
        object.set(name, value(3));
      }
    }
  }

  private static void collect(JsonNode node, List<JsonNode> places) {
    if (node.isContainerNode()) {
      places.add(node);
      node.forEach(child -> collect(child, places));
    }
  }

  private JsonNode value(int depth) {
    var nodes = Json.mapper().getNodeFactory();
    return switch (random.nextInt(depth > 0 ? 12 : 9)) {
      case 0 -> nodes.nullNode();
      case 1 -> nodes.booleanNode(random.nextBoolean());
      case 2 -> nodes.numberNode(random.nextLong());
      case 3 -> nodes.numberNode(new BigInteger(300, random).negate());
      case 4 -> nodes.numberNode(new BigDecimal("1e" + (random.nextInt(800) - 400)));
      case 5 -> nodes.numberNode(random.nextInt(5) - 2);
      case 6 -> nodes.textNode("y".repeat(random.nextInt(2_000)));
      case 7, 8 -> nodes.textNode(text());
      case 9 -> nodes.arrayNode().add(value(depth - 1)).add(value(depth - 1));
      case 10 -> nodes.objectNode().set(text(), value(depth - 1));
      default -> nested(random.nextInt(120));
    };
  }

  private static JsonNode nested(int levels) {
    JsonNode node = Json.mapper().createObjectNode();
    for (int i = 0; i < levels; i++) {
      node = Json.mapper().createObjectNode().set("$and", node);
    }
    return node;
  }
}
