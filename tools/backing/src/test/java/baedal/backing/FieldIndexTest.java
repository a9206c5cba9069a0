package baedal.backing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.junit.jupiter.api.Test;

/** The queries that the embedded MongoDB answers from the index. */
class FieldIndexTest {

  private static final List<IndexKey> KEYS =
      List.of(new IndexKey("state", true), new IndexKey("changed", true));

  private final MVStore store = MVStore.open(null);
  private final MVMap<String, Boolean> entries = store.openMap("index");
  private final FieldIndex index = new FieldIndex("state", KEYS, entries);

  @Test
  void documents_are_found_by_the_value_of_the_first_field() {
    add("1", "PENDING");
    add("2", "SENT");
    add("3", "PENDING");
    assertThat(index.getPositions(state("PENDING"))).containsExactly("1", "3");
    assertThat(index.getPositions(state("LOST"))).isEmpty();
  }

  @Test
  void the_index_follows_changes_and_removals_of_documents() {
    Document pending = add("1", "PENDING");
    Document sent = document("1", "SENT");
    index.updateInPlace(pending, sent, "1", null);
    assertThat(index.getPositions(state("PENDING"))).isEmpty();
    assertThat(index.getPositions(state("SENT"))).containsExactly("1");
    index.remove(sent);
    assertThat(index.getPositions(state("SENT"))).isEmpty();
    assertThat(entries).isEmpty();
  }

  @Test
  void a_query_with_both_fields_finds_only_the_documents_with_both_values() {
    add("1", "PENDING", "a");
    add("2", "PENDING", "b");
    add("3", "SENT", "a");
    add("4", "PENDING", true);
    assertThat(index.getPositions(state("PENDING").append("changed", "a"))).containsExactly("1");
    assertThat(index.getPositions(state("PENDING").append("changed", true))).containsExactly("4");
    assertThat(index.getPositions(state("PENDING").append("changed", "c"))).isEmpty();
    assertThat(index.getPositions(state("PENDING").append("changed", in("a", "b"))))
        .containsExactly("1", "2");
    assertThat(index.getPositions(state("PENDING"))).containsExactlyInAnyOrder("1", "2", "4");
  }

  @Test
  void conditions_that_the_entries_cannot_answer_use_the_first_field_only() {
    add("1", "PENDING", "a");
    add("2", "PENDING", null);
    add("3", "PENDING", 5);
    index.add(document("4", "PENDING"), "4", null);
    List<Object> conditions = new ArrayList<>();
    conditions.add(null);
    conditions.addAll(List.of(5, exists(true), in("a", 5), new Document("$gt", "a")));
    for (Object condition : conditions) {
      assertThat(index.getPositions(state("PENDING").append("changed", condition)))
          .as("%s", condition)
          .containsExactlyInAnyOrder("1", "2", "3", "4");
    }
  }

  @Test
  void a_document_is_found_by_each_element_of_an_array_in_the_second_field() {
    add("1", List.of("x", "y"), List.of("a", "b"));
    assertThat(index.getPositions(state("y").append("changed", "b"))).containsExactly("1");
    assertThat(index.getPositions(state("x").append("changed", in("a", "b")))).containsExactly("1");
  }

  @Test
  void a_change_of_the_second_field_moves_the_entry() {
    Document before = add("1", "PENDING", "a");
    index.updateInPlace(before, document("1", "PENDING").append("changed", "b"), "1", null);
    assertThat(index.getPositions(state("PENDING").append("changed", "a"))).isEmpty();
    assertThat(index.getPositions(state("PENDING").append("changed", "b"))).containsExactly("1");
    assertThat(entries).hasSize(1);
  }

  @Test
  void the_id_is_not_a_field_of_an_entry() {
    MVMap<String, Boolean> withId = store.openMap("with id");
    FieldIndex byState =
        new FieldIndex(
            "with id", List.of(new IndexKey("state", true), new IndexKey("_id", false)), withId);
    byState.add(document("1", "SENT"), "1", null);
    assertThat(withId.keyList()).containsExactly("s4:SENT1");
    assertThat(byState.getPositions(state("SENT"))).containsExactly("1");
  }

  @Test
  void documents_with_the_field_are_found_whatever_its_value_is() {
    Document withField = add("1", 1_763_000_000_000L);
    add("2", null);
    index.add(new Document("_id", "3"), "3", null);
    assertThat(index.getPositions(state(exists(true)))).containsExactly("1", "2");
    index.updateInPlace(withField, new Document("_id", "1"), "1", null);
    assertThat(index.getPositions(state(exists(true)))).containsExactly("2");
  }

  @Test
  void a_document_with_an_array_is_found_by_each_element() {
    add("1", List.of("a", "b"));
    assertThat(index.getPositions(state("a"))).containsExactly("1");
    assertThat(index.getPositions(state("b"))).containsExactly("1");
  }

  @Test
  void a_document_is_not_found_by_a_prefix_of_its_value() {
    List<String> texts =
        List.of("a", "ab", "", "1:a", "s1:a", "t", "가", "\uD83D\uDE00", "a\u0000b");
    texts.forEach(text -> add("id of " + text, text));
    add("true", true);
    add("false", false);
    for (String text : texts) {
      assertThat(index.getPositions(state(text))).containsExactly("id of " + text);
    }
    assertThat(index.getPositions(state(true))).containsExactly("true");
    assertThat(index.getPositions(state(false))).containsExactly("false");
    assertThat(index.getPositions(state(exists(true)))).hasSize(texts.size() + 2);
  }

  @Test
  void an_index_is_built_once_and_again_after_an_interruption() {
    MVMap<Object, byte[]> documents = store.openMap("documents");
    for (int i = 0; i < 12_000; i++) {
      Document document = document("id-" + i, i % 2 == 0 ? "EVEN" : "ODD");
      documents.put("id-" + i, BsonType.encode(document));
    }
    AtomicInteger writes = new AtomicInteger();
    assertThatThrownBy(
            () ->
                index.complete(
                    documents,
                    () -> {
                      if (writes.incrementAndGet() == 2) {
                        throw new IllegalStateException("killed");
                      }
                    }))
        .hasMessage("killed");
    documents.remove("id-0");
    new FieldIndex("state", KEYS, entries).complete(documents, writes::incrementAndGet);
    FieldIndex opened = new FieldIndex("state", KEYS, entries);
    opened.complete(
        documents,
        () -> {
          throw new AssertionError("a complete index is built again");
        });
    assertThat(writes).as("one write for every 5,000 documents and one at the end").hasValue(2 + 3);
    assertThat(opened.getPositions(state("EVEN"))).hasSize(5_999).doesNotContain("id-0");
    assertThat(opened.getPositions(state(exists(true)))).hasSize(11_999);
  }

  @Test
  void the_index_accepts_only_queries_that_its_entries_can_answer() {
    assertThat(index.canHandle(state("PENDING").append("changed", "x"))).isTrue();
    assertThat(index.canHandle(state(true))).isTrue();
    assertThat(index.canHandle(state(exists(true)))).isTrue();
    assertThat(index.canHandle(state(exists(false)))).isFalse();
    assertThat(index.canHandle(state(new Document("$ne", "SENT")))).isFalse();
    assertThat(index.canHandle(state(null)))
        .as("null also finds documents without the field")
        .isFalse();
    assertThat(index.canHandle(state(1))).as("1 also finds 1.0").isFalse();
    assertThat(index.canHandle(new Document("changed", "x"))).isFalse();
    assertThat(index.canHandle(state("SENT").append("_id", "1")))
        .as("the index of ids is enough")
        .isFalse();
  }

  private Document add(String id, Object value) {
    Document document = document(id, value);
    index.add(document, id, null);
    return document;
  }

  private Document add(String id, Object value, Object second) {
    Document document = document(id, value).append("changed", second);
    index.add(document, id, null);
    return document;
  }

  private static Document document(String id, Object value) {
    return new Document("_id", id).append("state", value);
  }

  private static Document state(Object value) {
    return new Document("state", value);
  }

  private static Document in(Object... values) {
    return new Document("$in", List.of(values));
  }

  private static Document exists(boolean yes) {
    return new Document("$exists", yes);
  }
}
