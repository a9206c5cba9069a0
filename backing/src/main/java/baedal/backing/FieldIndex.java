package baedal.backing;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.bson.Document;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which documents have the first field of an index, and with which text or truth value. The
 * embedded server has no indexes but unique ones, and would look through the whole collection. In
 * memory: made anew from the documents at each start.
 */
final class FieldIndex extends Index<Object> {

  private static final Document EXISTS = new Document("$exists", true);

  private final String field;
  private final Set<Object> present = new LinkedHashSet<>();
  private final Map<Object, Set<Object>> byValue = new HashMap<>();

  FieldIndex(String name, List<IndexKey> keys) {
    super(name, keys, true);
    field = keys.get(0).getKey();
  }

  @Override
  public synchronized boolean canHandle(Document query) {
    if (query.get(IdIndex.ID) instanceof String || field.contains(".")) {
      return false;
    }
    Object asked = query.get(field);
    return isIndexed(asked) || EXISTS.equals(asked);
  }

  @Override
  public synchronized Iterable<Object> getPositions(Document query) {
    Object asked = query.get(field);
    return List.copyOf(EXISTS.equals(asked) ? present : byValue.getOrDefault(asked, Set.of()));
  }

  @Override
  public synchronized void add(
      Document document, Object position, MongoCollection<Object> collection) {
    if (document.containsKey(field)) {
      present.add(position);
    }
    for (Object value : values(document)) {
      byValue.computeIfAbsent(value, v -> new LinkedHashSet<>()).add(position);
    }
  }

  /** Null, as of an index that does not have every document: others know the position. */
  @Override
  public synchronized Object remove(Document document) {
    remove(document, document.get(IdIndex.ID));
    return null;
  }

  private void remove(Document document, Object position) {
    present.remove(position);
    for (Object value : values(document)) {
      byValue.computeIfPresent(
          value,
          (v, positions) -> {
            positions.remove(position);
            return positions.isEmpty() ? null : positions;
          });
    }
  }

  @Override
  public synchronized void updateInPlace(
      Document before, Document after, Object position, MongoCollection<Object> collection) {
    if (before.containsKey(field) != after.containsKey(field)
        || !values(before).equals(values(after))) {
      remove(before, position);
      add(after, position, collection);
    }
  }

  /** An array is found by each of its elements. */
  private List<?> values(Document document) {
    Object value = document.get(field);
    Stream<?> all =
        value instanceof Collection<?> several ? several.stream() : Stream.ofNullable(value);
    return all.filter(FieldIndex::isIndexed).toList();
  }

  private static boolean isIndexed(Object value) {
    return value instanceof String || value instanceof Boolean;
  }

  @Override
  public Object getPosition(Document document) {
    return null;
  }

  @Override
  public void checkAdd(Document document, MongoCollection<Object> collection) {}

  @Override
  public void checkUpdate(Document before, Document after, MongoCollection<Object> collection) {}

  @Override
  public synchronized long getCount() {
    return present.size();
  }

  @Override
  public long getDataSize() {
    return 0;
  }

  @Override
  public synchronized void drop() {
    present.clear();
    byValue.clear();
  }
}
