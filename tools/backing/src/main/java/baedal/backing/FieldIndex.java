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
 * An index of the first field of a compound index, by string and boolean values. The embedded
 * server has unique indexes only, and would scan the whole collection. The entries are stored in
 * the data file and written together with the documents, so that opening an index reads no
 * document.
 */
final class FieldIndex extends Index<Object> {

  private static final Document EXISTS = new Document("$exists", true);

  /** The entry of an index that has every document. An entry of a document is never empty. */
  private static final String COMPLETE = "";

  /** Bounds memory: entries stay in memory until they are written. */
  private static final int DOCUMENTS_PER_WRITE = 5_000;

  private static final String TEXT = "s";
  private static final String TRUE = "t";
  private static final String FALSE = "f";

  /** The document has the field, with a value of another type. */
  private static final String OTHER = "o";

  private final String field;

  /** The key is the value and the document's id. An array has an entry for each element. */
  private final MVMap<String, Boolean> entries;

  FieldIndex(String name, List<IndexKey> keys, MVMap<String, Boolean> entries) {
    super(name, keys, true);
    field = keys.get(0).getKey();
    this.entries = entries;
  }

  /**
   * Builds the index from every document of the collection, unless it is complete. Calls {@code
   * write} after each batch. An interrupted build starts again.
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
      if (added % DOCUMENTS_PER_WRITE == 0) {
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
    Object wanted = query.get(field);
    return isIndexed(wanted) || EXISTS.equals(wanted);
  }

  @Override
  public synchronized Iterable<Object> getPositions(Document query) {
    Object wanted = query.get(field);
    return EXISTS.equals(wanted) ? allIds() : idsWithPrefix(prefix(wanted));
  }

  private Set<Object> allIds() {
    Set<Object> ids = new LinkedHashSet<>();
    Iterator<String> iterator = entries.keyIterator(null);
    while (iterator.hasNext()) {
      String entry = iterator.next();
      if (!entry.equals(COMPLETE)) {
        ids.add(id(entry));
      }
    }
    return ids;
  }

  private List<Object> idsWithPrefix(String prefix) {
    List<Object> ids = new ArrayList<>();
    Iterator<String> iterator = entries.keyIterator(prefix);
    while (iterator.hasNext()) {
      String entry = iterator.next();
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

  /** Null means that this index does not know the position; the server asks the next index. */
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

  /** An array has one entry for each of its elements. */
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

  /** A string is preceded by its length, so that it is not a prefix of another one. */
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

  /** The server would add every document to an empty index. */
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
