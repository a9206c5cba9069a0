package baedal.backing;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;

/**
 * Which documents have the first field of an index, and with which text or truth value. The
 * embedded server has no indexes but unique ones, and would look through the whole collection. The
 * entries are kept in the data file and written together with the documents: to open an index reads
 * no document.
 */
final class FieldIndex extends Index<Object> {

  private static final Document EXISTS = new Document("$exists", true);

  /** The entry of an index that has every document; an entry of a document is never empty. */
  private static final String COMPLETE = "";

  /** What is not written yet is in memory. */
  private static final int DOCUMENTS_A_WRITE = 5_000;

  private static final String TEXT = "s";
  private static final String TRUE = "t";
  private static final String FALSE = "f";

  /** The field is there, with none of the values that are found by. */
  private static final String OTHER = "o";

  private final String field;

  /** By value and id of the document; one document has an entry for each of its values. */
  private final MVMap<String, Boolean> entries;

  FieldIndex(String name, List<IndexKey> keys, MVMap<String, Boolean> entries) {
    super(name, keys, true);
    field = keys.get(0).getKey();
    this.entries = entries;
  }

  /**
   * Adds every document of the collection, if that was never finished. {@code write} is called now
   * and then; where it is interrupted, all is added again.
   */
  void complete(MVMap<Object, Document> documents, Runnable write) {
    if (entries.containsKey(COMPLETE)) {
      return;
    }
    entries.clear();
    Cursor<Object, Document> cursor = documents.cursor(null);
    for (int added = 1; cursor.hasNext(); added++) {
      Object id = cursor.next();
      add(cursor.getValue(), id, null);
      if (added % DOCUMENTS_A_WRITE == 0) {
        write.run();
      }
    }
    entries.put(COMPLETE, true);
    write.run();
  }

  @Override
  public boolean canHandle(Document query) {
    if (query.get(IdIndex.ID) instanceof String || field.contains(".")) {
      return false;
    }
    Object asked = query.get(field);
    return isIndexed(asked) || EXISTS.equals(asked);
  }

  @Override
  public synchronized Iterable<Object> getPositions(Document query) {
    Object asked = query.get(field);
    return EXISTS.equals(asked) ? all() : those(prefix(asked));
  }

  private Set<Object> all() {
    Set<Object> ids = new LinkedHashSet<>();
    Iterator<String> every = entries.keyIterator(null);
    while (every.hasNext()) {
      String entry = every.next();
      if (!entry.equals(COMPLETE)) {
        ids.add(id(entry));
      }
    }
    return ids;
  }

  private List<Object> those(String prefix) {
    List<Object> ids = new ArrayList<>();
    Iterator<String> following = entries.keyIterator(prefix);
    while (following.hasNext()) {
      String entry = following.next();
      if (!entry.startsWith(prefix)) {
        break;
      }
      ids.add(entry.substring(prefix.length()));
    }
    return ids;
  }

  @Override
  public synchronized void add(
      Document document, Object position, MongoCollection<Object> collection) {
    entries(document, position).forEach(entry -> entries.put(entry, true));
  }

  /** Null, as of an index that does not have every document: others know the position. */
  @Override
  public synchronized Object remove(Document document) {
    entries(document, document.get(IdIndex.ID)).forEach(entries::remove);
    return null;
  }

  @Override
  public synchronized void updateInPlace(
      Document before, Document after, Object position, MongoCollection<Object> collection) {
    Set<String> old = entries(before, position);
    Set<String> now = entries(after, position);
    old.stream().filter(entry -> !now.contains(entry)).forEach(entries::remove);
    now.stream().filter(entry -> !old.contains(entry)).forEach(entry -> entries.put(entry, true));
  }

  /** An array is found by each of its elements. */
  private Set<String> entries(Document document, Object id) {
    Set<String> entries = new LinkedHashSet<>();
    if (document.containsKey(field)) {
      Object value = document.get(field);
      Stream<?> all =
          value instanceof Collection<?> several ? several.stream() : Stream.ofNullable(value);
      all.filter(FieldIndex::isIndexed).forEach(one -> entries.add(prefix(one) + id));
      if (entries.isEmpty()) {
        entries.add(OTHER + id);
      }
    }
    return entries;
  }

  private static boolean isIndexed(Object value) {
    return value instanceof String || value instanceof Boolean;
  }

  /** A text is preceded by its length: so it is not the beginning of another one. */
  private static String prefix(Object value) {
    if (value instanceof String text) {
      return TEXT + text.length() + ":" + text;
    }
    return Boolean.TRUE.equals(value) ? TRUE : FALSE;
  }

  private static String id(String entry) {
    if (!entry.startsWith(TEXT)) {
      return entry.substring(1);
    }
    int colon = entry.indexOf(':');
    return entry.substring(colon + 1 + Integer.parseInt(entry, 1, colon, 10));
  }

  @Override
  public Object getPosition(Document document) {
    return null;
  }

  @Override
  public void checkAdd(Document document, MongoCollection<Object> collection) {}

  @Override
  public void checkUpdate(Document before, Document after, MongoCollection<Object> collection) {}

  /** The server would add every document to one that is. */
  @Override
  public boolean isEmpty() {
    return false;
  }

  @Override
  public long getCount() {
    return entries.sizeAsLong();
  }

  @Override
  public long getDataSize() {
    return 0;
  }

  @Override
  public synchronized void drop() {
    entries.clear();
  }
}
