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
 * A non-unique index of the embedded MongoDB. It uses only the first field of the index definition,
 * and finds documents by a string or a boolean in this field. The server itself has only unique
 * indexes, so without this class a query by the field would read the whole collection. {@link
 * DataFile} writes the entries to the data file together with the documents. So a restart need not
 * build a complete index again.
 */
final class FieldIndex extends Index<Object> {

  private static final Document EXISTS = new Document("$exists", true);

  /**
   * If this entry exists, the index contains every document. The entry of a document is never
   * empty.
   */
  private static final String COMPLETE = "";

  /**
   * {@link #complete} writes the entries to the file after this number of documents. Until then the
   * entries use memory.
   */
  private static final int DOCUMENTS_PER_WRITE = 5_000;

  private static final String TEXT = "s";
  private static final String TRUE = "t";
  private static final String FALSE = "f";

  /**
   * Prefix of the entry of a document in which the field exists, but has no string and no boolean.
   */
  private static final String OTHER = "o";

  private final String field;

  /**
   * Each key consists of a value of the field, encoded by {@link #prefix}, and the id of a document
   * that has this value.
   */
  private final MVMap<String, Boolean> entries;

  FieldIndex(String name, List<IndexKey> keys, MVMap<String, Boolean> entries) {
    super(name, keys, true);
    field = keys.get(0).getKey();
    this.entries = entries;
  }

  /**
   * Builds the index from every document of the collection, unless it is complete. Calls {@code
   * write}, which writes the new entries to the file, after each {@link #DOCUMENTS_PER_WRITE}
   * documents. If a build is interrupted, the next call starts from the beginning.
   */
  void complete(MVMap<Object, byte[]> documents, Runnable write) {
    if (entries.containsKey(COMPLETE)) {
      return;
    }
    entries.clear();
    Cursor<Object, byte[]> cursor = documents.cursor(null);
    for (int added = 1; cursor.hasNext(); added++) {
      Object id = cursor.next();
      add(BsonType.decode(cursor.getValue()), id, null);
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

  /** Returns null, so that the server gets the position of the document from the next index. */
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

  /**
   * The entries of a document: one for a single value, and for an array one for each string or
   * boolean in it.
   */
  private Set<String> entries(Document document, Object id) {
    Set<String> entries = new LinkedHashSet<>();
    if (document.containsKey(field)) {
      Object value = document.get(field);
      Stream<?> all =
          value instanceof Collection<?> elements ? elements.stream() : Stream.ofNullable(value);
      all.filter(FieldIndex::isIndexed).forEach(element -> entries.add(prefix(element) + id));
      if (entries.isEmpty()) {
        entries.add(OTHER + id);
      }
    }
    return entries;
  }

  private static boolean isIndexed(Object value) {
    return value instanceof String || value instanceof Boolean;
  }

  /**
   * Encodes a value of the field. A string is encoded with its length, so that no prefix is the
   * beginning of another prefix.
   */
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

  /** If this returned true, the server would add every document to the index. */
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
