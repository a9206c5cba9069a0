package baedal.backing;

import static org.assertj.core.api.Assertions.assertThat;

import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the embedded MongoDB server finds without looking through all. */
class FieldIndexTest {

  private final FieldIndex index =
      new FieldIndex("state", List.of(new IndexKey("state", true), new IndexKey("noted", true)));

  @Test
  void documents_are_found_by_the_value_of_the_first_field() {
    add("1", "PENDING");
    add("2", "SENT");
    add("3", "PENDING");
    assertThat(index.getPositions(state("PENDING"))).containsExactly("1", "3");
    assertThat(index.getPositions(state("LOST"))).isEmpty();
  }

  @Test
  void a_change_moves_a_document_and_a_removal_forgets_it() {
    Document pending = add("1", "PENDING");
    Document sent = document("1", "SENT");
    index.updateInPlace(pending, sent, "1", null);
    assertThat(index.getPositions(state("PENDING"))).isEmpty();
    assertThat(index.getPositions(state("SENT"))).containsExactly("1");
    index.remove(sent);
    assertThat(index.getPositions(state("SENT"))).isEmpty();
    assertThat(index.isEmpty()).isTrue();
  }

  @Test
  void documents_are_found_by_having_the_field_whatever_is_in_it() {
    Document there = add("1", 1_763_000_000_000L);
    add("2", null);
    index.add(new Document("_id", "3"), "3", null);
    assertThat(index.getPositions(state(exists(true)))).containsExactly("1", "2");
    index.updateInPlace(there, new Document("_id", "1"), "1", null);
    assertThat(index.getPositions(state(exists(true)))).containsExactly("2");
  }

  @Test
  void an_array_is_found_by_each_of_its_elements() {
    add("1", List.of("a", "b"));
    assertThat(index.getPositions(state("a"))).containsExactly("1");
    assertThat(index.getPositions(state("b"))).containsExactly("1");
  }

  @Test
  void what_it_cannot_know_it_leaves_to_others() {
    assertThat(index.canHandle(state("PENDING").append("noted", "x"))).isTrue();
    assertThat(index.canHandle(state(true))).isTrue();
    assertThat(index.canHandle(state(exists(true)))).isTrue();
    assertThat(index.canHandle(state(exists(false)))).isFalse();
    assertThat(index.canHandle(state(new Document("$ne", "SENT")))).isFalse();
    assertThat(index.canHandle(state(null))).as("also where the field is missing").isFalse();
    assertThat(index.canHandle(state(1))).as("1 equals 1.0").isFalse();
    assertThat(index.canHandle(new Document("noted", "x"))).isFalse();
    assertThat(index.canHandle(state("SENT").append("_id", "1"))).as("the id is enough").isFalse();
  }

  private Document add(String id, Object value) {
    Document document = document(id, value);
    index.add(document, id, null);
    return document;
  }

  private static Document document(String id, Object value) {
    return new Document("_id", id).append("state", value);
  }

  private static Document state(Object value) {
    return new Document("state", value);
  }

  private static Document exists(boolean yes) {
    return new Document("$exists", yes);
  }
}
