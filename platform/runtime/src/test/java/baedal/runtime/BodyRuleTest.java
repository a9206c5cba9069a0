package baedal.runtime;

import static baedal.runtime.TestApi.JSON;
import static baedal.runtime.TestApi.faults;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which request bodies are accepted as JSON, and their limits. */
class BodyRuleTest {

  private final TestApi api = TestApi.things();

  @AfterEach
  void stop() {
    api.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"name\":\"a\",\"lines\":[{\"quantity\":1}]} x",
        "{\"name\":\"a\",\"lines\":[{\"quantity\":1}]}{}",
        "   ",
        "{\"name\":\"a\",\"lines\":[{\"quantity\":1}]}]"
      })
  void a_body_that_is_not_exactly_one_json_value_is_refused(String body) {
    assertThat(api.post(body).statusCode()).isEqualTo(400);
  }

  @Test
  void json_that_is_nested_too_deeply_is_refused() {
    String deep = "{\"name\":" + "[".repeat(20_000) + "]".repeat(20_000) + "}";
    assertThat(api.post(deep).statusCode()).isEqualTo(400);
  }

  @Test
  void one_refusal_lists_every_fault_with_its_pointer() {
    var response = api.post("{\"name\":\"\",\"lines\":[{\"quantity\":0},{},{\"quantity\":\"x\"}]}");
    assertThat(response.getHeader("Content-Type")).isEqualTo("application/problem+json");
    assertThat(faults(response))
        .containsOnlyKeys("/name", "/lines/0/quantity", "/lines/1/quantity", "/lines/2/quantity");
  }

  @Test
  void a_refusal_lists_a_limited_number_of_faults() {
    List<JsonObject> errors = errors("{\"name\":\"a\",\"lines\":[" + "{},".repeat(89) + "{}]}");
    assertThat(errors).hasSize(51);
    assertThat(errors.get(50).getString("detail"))
        .isEqualTo("has more faults than this response lists");
    assertThat(errors("{\"name\":\"a\",\"lines\":[" + "0,".repeat(30_000) + "0]}"))
        .singleElement()
        .satisfies(fault -> assertThat(fault.getString("pointer")).isEqualTo("/lines"));
    assertThat(errors("{\"name\":[" + ("[" + "1e999,".repeat(99) + "0],").repeat(99) + "0]}"))
        .hasSize(51);
    assertThat(errors("{\"" + "n".repeat(201) + "\":1}"))
        .singleElement()
        .satisfies(
            fault ->
                assertThat(fault.getString("detail")).contains("name or number in it is too long"));
  }

  @Test
  void a_body_that_is_not_json_or_holds_nul_is_refused() {
    assertThat(api.post("{").statusCode()).isEqualTo(400);
    assertThat(api.post("").statusCode()).isEqualTo(400);
    var nul = api.post("{\"name\":\"a\\u0000\",\"lines\":[{\"quantity\":1}]}");
    assertThat(faults(nul)).containsOnlyKeys("/name");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e310", "-1e310", "[1e310]"})
  void a_number_that_is_too_large_is_refused(String number) {
    var huge =
        api.post("{\"name\":\"a\",\"kind\":%s,\"lines\":[{\"quantity\":1}]}".formatted(number));
    assertThat(faults(huge).keySet()).singleElement().asString().startsWith("/kind");
  }

  @Test
  void a_body_in_latin_1_is_refused() {
    String thing = "{\"name\":\"\u00e9\",\"lines\":[{\"quantity\":1}]}";
    var response =
        api.client
            .post(api.port(), TestApi.LOOPBACK, "/things")
            .bearerTokenAuthentication(api.token("maker"))
            .putHeader("Content-Type", "application/json")
            .sendBuffer(Buffer.buffer(thing.getBytes(StandardCharsets.ISO_8859_1)))
            .await();
    assertThat(response.statusCode()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE"})
  void a_body_in_utf_16_or_utf_32_is_refused(String charset) {
    Buffer body = Buffer.buffer("{\"name\":\"a\",\"lines\":[{\"quantity\":1}]}", charset);
    HttpResponse<Buffer> answer =
        api.request(HttpMethod.POST, "/things", JSON).sendBuffer(body).await();
    assertThat(faults(answer)).containsOnly(entry("", "is not JSON in UTF-8"));
  }

  @Test
  void a_body_over_64_kib_is_a_413_and_a_body_in_xml_a_415() {
    assertThat(api.post("\"" + "x".repeat(70_000) + "\"").statusCode()).isEqualTo(413);
    var xml =
        api.client
            .post(api.port(), TestApi.LOOPBACK, "/things")
            .bearerTokenAuthentication(api.token("maker"))
            .putHeader("Content-Type", "text/xml")
            .sendBuffer(Buffer.buffer("<a/>"))
            .await();
    assertThat(xml.statusCode()).isEqualTo(415);
  }

  private List<JsonObject> errors(String body) {
    return api.post(body).bodyAsJsonObject().getJsonArray("errors").stream()
        .map(JsonObject.class::cast)
        .toList();
  }
}
