package baedal.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.runtime.Json;
import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.cloudevents.CloudEvent;
import io.cloudevents.jackson.JsonFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares the published files with the events: a golden message and a schema of each event, and
 * the AsyncAPI document. {@code -Dbaedal.write=true} writes the files again after an intended
 * change.
 */
class PublishedContractTest {

  private static final Path GOLDEN = Path.of("src/test/resources/baedal/events/golden");
  private static final Path PUBLISHED = Path.of("src/main/resources/baedal/events");

  static Stream<String> types() {
    return new TreeSet<>(EventTypes.all().keySet()).stream();
  }

  private static void assertContent(Path file, String wanted) throws IOException {
    if (Boolean.getBoolean("baedal.write")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, wanted);
    }
    assertThat(file).exists();
    assertThat(Files.readString(file)).as("%s (see -Dbaedal.write)", file).isEqualTo(wanted);
  }

  private static String pretty(JsonNode json) {
    return json.toPrettyString() + "\n";
  }

  @ParameterizedTest
  @MethodSource("types")
  void an_event_has_the_json_of_its_golden_message(String type) throws Exception {
    String encoded = EventMessages.encode(Samples.of(type));
    assertContent(GOLDEN.resolve(type + ".json"), pretty(Json.mapper().readTree(encoded)));
  }

  @ParameterizedTest
  @MethodSource("types")
  void a_golden_message_decodes_to_its_event(String type) throws Exception {
    EventMessage message = Samples.of(type);
    assertThat(EventMessages.decode(Files.readString(GOLDEN.resolve(type + ".json"))))
        .isEqualTo(message);
    assertThat(EventMessages.typeAndSubject(EventMessages.encode(message)))
        .isEqualTo(new EventMessages.TypeAndSubject(type, message.subject()));
    assertThat(EventMessages.header(EventMessages.encode(message)))
        .isEqualTo(new EventMessages.Header(message.id(), type));
  }

  @ParameterizedTest
  @MethodSource("types")
  void a_message_is_a_cloud_event(String type) {
    byte[] bytes = EventMessages.encode(Samples.of(type)).getBytes(StandardCharsets.UTF_8);
    CloudEvent event = new JsonFormat().deserialize(bytes);
    assertThat(event.getType()).isEqualTo(type);
    assertThat(event.getSource()).hasToString("/" + EventTypes.exchange(type));
    assertThat(event.getExtension("sequence")).isEqualTo("7");
    assertThat(event.getExtension("traceparent")).isNotNull();
  }

  @ParameterizedTest
  @MethodSource("types")
  void a_golden_message_conforms_to_the_schema_of_its_event(String type) throws Exception {
    String schema = pretty(EventSchemas.of(type));
    assertContent(PUBLISHED.resolve("schemas").resolve(type + ".json"), schema);
    var validator =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(schema);
    JsonNode data =
        Json.mapper().readTree(Files.readString(GOLDEN.resolve(type + ".json"))).path("data");
    assertThat(validator.validate(data)).isEmpty();
    assertThat(validator.validate(Json.mapper().createObjectNode())).isNotEmpty();
  }

  @Test
  void there_is_no_file_of_a_removed_event() throws Exception {
    for (Path folder : new Path[] {GOLDEN, PUBLISHED.resolve("schemas")}) {
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files.map(file -> file.getFileName().toString().replace(".json", "")))
            .containsExactlyInAnyOrderElementsOf(types().toList());
      }
    }
  }

  @Test
  void the_asyncapi_document_matches_the_events_and_subscriptions() throws Exception {
    assertContent(PUBLISHED.resolve("asyncapi.yaml"), AsyncApi.document());
  }

  @Test
  void an_unreadable_message_is_refused_with_a_reason() {
    String fine = EventMessages.encode(Samples.of("order.paid"));
    assertThatThrownBy(() -> EventMessages.decode("{"))
        .isInstanceOf(UnprocessableMessage.class)
        .hasMessageContaining("cannot be read");
    assertThatThrownBy(() -> EventMessages.decode("null")).isInstanceOf(UnprocessableMessage.class);
    assertThatThrownBy(() -> EventMessages.decode(fine.replace("order.paid", "order.painted")))
        .isInstanceOf(UnprocessableMessage.class)
        .hasMessageContaining("unknown event type");
    assertThatThrownBy(() -> EventMessages.decode(fine.replace("\"1.0\"", "\"2.0\"")))
        .isInstanceOf(UnprocessableMessage.class)
        .hasMessageContaining("CloudEvents");
    assertThatThrownBy(
            () -> EventMessages.decode(fine.replace("\"sequence\":\"7\"", "\"sequence\":\"x\"")))
        .isInstanceOf(UnprocessableMessage.class);
  }
}
