package baedal.backing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.junit.jupiter.api.Test;

/** What the embedded MongoDB finds without a scan of the collection. */
class FieldIndexTest {

  private static final List<IndexKey> KEYS =
      List.of(new IndexKey("state", true), new IndexKey("noted", true));

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
  void a_change_moves_a_document_and_a_removal_forgets_it() {
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
  void a_string_is_not_found_by_its_prefix() {
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
  void an_index_is_completed_once_and_again_if_that_was_interrupted() {
    MVMap<Object, Document> documents = store.openMap("documents");
    for (int i = 0; i < 12_000; i++) {
      documents.put("id-" + i, document("id-" + i, i % 2 == 0 ? "EVEN" : "ODD"));
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
          throw new AssertionError("it is complete");
        });
    assertThat(writes).as("every 5,000 documents and at the end").hasValue(2 + 3);
    assertThat(opened.getPositions(state("EVEN"))).hasSize(5_999).doesNotContain("id-0");
    assertThat(opened.getPositions(state(exists(true)))).hasSize(11_999);
  }

  @Test
  void it_handles_only_queries_that_its_entries_can_answer() {
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
