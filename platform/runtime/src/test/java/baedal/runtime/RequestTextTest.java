package baedal.runtime;

import static baedal.runtime.TestApi.THING;
import static baedal.runtime.TestApi.faults;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts of requests: their encoding, their normalization to form C, and blank texts. */
class RequestTextTest {

  /** Two Hangul syllables in form C. {@link #NFD} has the same two in form D. */
  private static final String NFC = "\uD1B5\uB2ED";

  private static final String NFD = "\u1110\u1169\u11BC\u1103\u1161\u11B0";

  private final TestApi api = TestApi.checks();

  @AfterEach
  void stop() {
    api.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'name':'x\\ud800y','lines':[{'quantity':1}]}|/name",
        "{'name':'\\udc00','lines':[{'quantity':1}]}|/name",
        "{'name':'a','lines':[{'quantity':1,'notes':['\\ud800\\ud800\\udc00']}]}|/lines/0/notes/0",
        "{'name':'a','lines':[{'quantity':1,'\\ud800':1}]}|/lines/0"
      })
  void half_of_a_surrogate_pair_is_refused_with_its_pointer(String body, String pointer) {
    assertThat(faults(api.post(body.replace('\'', '"')))).containsOnlyKeys(pointer);
  }

  @Test
  void a_whole_surrogate_pair_is_accepted_as_one_character() {
    String body = "{\"name\":\"\\ud83c\\udf57\",\"lines\":[{\"quantity\":1}]}";
    assertThat(api.post(body).bodyAsJsonObject().getString("name")).isEqualTo("\ud83c\udf57");
  }

  @ParameterizedTest
  @CsvSource({
    "/things/a%ED%A0%80,/thingId",
    "/things/%ff,/thingId",
    "/things?q=%ED%A0%80&limit=1,/q",
    "/things?q=%C0%80,/q"
  })
  void a_target_that_is_not_utf_8_is_refused_with_its_parameter(String target, String pointer) {
    assertThat(faults(api.get(target))).containsOnlyKeys(pointer);
  }

  @Test
  void a_half_pair_in_a_cursor_is_refused() {
    String cursor =
        Base64.getUrlEncoder().encodeToString("[\"\\ud800\"]".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> Paging.decode(cursor)).isInstanceOf(Refusal.class);
  }

  @Test
  void texts_of_a_body_are_normalized_to_form_c() {
    String body =
        "{\"name\":\"%s\",\"lines\":[{\"quantity\":1,\"notes\":[\"%s\"]}]}".formatted(NFD, NFD);
    assertThat(api.post(body).bodyAsJsonObject()).isEqualTo(new JsonObject(body.replace(NFD, NFC)));
  }

  @Test
  void the_length_limit_applies_to_normalization_form_c() {
    String decomposed = NFD.repeat(5);
    assertThat(decomposed).hasSizeGreaterThan(10);
    assertThat(api.post(THING.replace("\"a\"", "\"" + decomposed + "\"")).statusCode())
        .isEqualTo(200);
  }

  @Test
  void parameters_are_normalized_to_form_c() {
    String encoded = "a%26%2B%E1%84%90%E1%85%A9%E1%86%BC%E1%84%83%E1%85%A1%E1%86%B0";
    String read = "a&+" + NFC;
    assertThat(api.get("/things?limit=1&q=" + encoded).bodyAsJsonObject())
        .isEqualTo(new JsonObject().put("getParam", read).put("queryParam", read));
    assertThat(api.get("/things/" + encoded).bodyAsJsonObject())
        .isEqualTo(new JsonObject().put("getParam", read).put("pathParam", read));
    assertThat(api.get("/things?q=e+%CC%81e%CC%81").bodyAsJsonObject())
        .isEqualTo(
            new JsonObject().put("getParam", "e \u0301\u00e9").put("queryParam", "e \u0301\u00e9"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {" ", "\u3000", "\u200b", "\\n", "\\t \\r\\n", "\u00a0\u2028", "\u3164", "\u2800"})
  void a_text_without_a_visible_character_is_blank(String text) {
    assertThat(faults(api.post(THING.replace("\"a\"", "\"" + text + "\""))))
        .containsExactly(Map.entry("/name", "must not be blank"));
  }

  @ParameterizedTest
  @ValueSource(strings = {".", "\uD1B5", " a ", "\ud83c\udf57", "\ud83e\udee0"})
  void a_text_with_a_visible_character_is_not_blank(String text) {
    assertThat(api.post(THING.replace("\"a\"", "\"" + text + "\"")).statusCode()).isEqualTo(200);
  }
}
