package baedal.backing;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.bson.Document;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;

/**
 * A non-unique index of the embedded MongoDB. It finds documents by strings and booleans in the
 * leading fields of the index definition, up to the first nested field or the id. The server itself
 * has only unique indexes, so without this class a query by these fields would read the whole
 * collection. {@link DataFile} writes the entries to the data file together with the documents. So
 * a restart need not build a complete index again.
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

  /** The code of a field that is missing, or has no string and no boolean. */
  private static final String OTHER = "o";

  private final List<String> fields;

  /**
   * Each key consists of the {@link #code} of each field and the id of a document that has these
   * values. A document without the first field has no entry.
   */
  private final MVMap<String, Boolean> entries;

  FieldIndex(String name, List<IndexKey> keys, MVMap<String, Boolean> entries) {
    super(name, keys, true);
    fields =
        keys.stream()
            .map(IndexKey::getKey)
            .takeWhile(field -> !field.equals(IdIndex.ID) && !field.contains("."))
            .toList();
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
    if (query.get(IdIndex.ID) instanceof String || fields.isEmpty()) {
      return false;
    }
    Object wanted = query.get(fields.get(0));
    return isIndexed(wanted) || EXISTS.equals(wanted);
  }

  /** The first field must have a value; the query may restrict the further fields, too. */
  @Override
  public synchronized Iterable<Object> getPositions(Document query) {
    Object first = query.get(fields.get(0));
    Set<Object> ids = new LinkedHashSet<>();
    if (EXISTS.equals(first)) {
      addIds("", 0, ids);
      return ids;
    }
    Set<String> prefixes = Set.of(code(first));
    int used = 1;
    while (used < fields.size()) {
      Set<String> codes = wantedCodes(query.get(fields.get(used)));
      if (codes.isEmpty()) {
        break;
      }
      prefixes = joined(prefixes, codes);
      used++;
    }
    for (String prefix : prefixes) {
      addIds(prefix, used, ids);
    }
    return ids;
  }

  /** The codes that the condition on a field accepts; empty if the index cannot help. */
  private static Set<String> wantedCodes(Object wanted) {
    if (isIndexed(wanted)) {
      return Set.of(code(wanted));
    }
    boolean oneOf =
        wanted instanceof Document condition
            && condition.size() == 1
            && condition.get("$in") instanceof Collection<?> values
            && values.stream().allMatch(FieldIndex::isIndexed);
    return oneOf ? codes(((Document) wanted).get("$in")) : Set.of();
  }

  private static Set<String> joined(Set<String> prefixes, Set<String> codes) {
    Set<String> joined = new LinkedHashSet<>();
    prefixes.forEach(prefix -> codes.forEach(code -> joined.add(prefix + code)));
    return joined;
  }

  /** Adds the ids of the entries with this prefix, which consists of the codes of some fields. */
  private void addIds(String prefix, int codes, Set<Object> ids) {
    Iterator<String> iterator = entries.keyIterator(prefix);
    while (iterator.hasNext()) {
      String entry = iterator.next();
      if (!entry.startsWith(prefix)) {
        break;
      }
      if (!entry.equals(COMPLETE)) {
        ids.add(id(entry, prefix.length(), fields.size() - codes));
      }
    }
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

  /** The entries of a document: one, or one for each element of an array. */
  private Set<String> entries(Document document, Object id) {
    if (fields.isEmpty() || !document.containsKey(fields.get(0))) {
      return Set.of();
    }
    Set<String> prefixes = Set.of("");
    for (String field : fields) {
      Set<String> codes = codes(document.get(field));
      prefixes = joined(prefixes, codes.isEmpty() ? Set.of(OTHER) : codes);
    }
    return joined(prefixes, Set.of(id.toString()));
  }

  /** The codes of a single value, or of each element of an array. */
  private static Set<String> codes(Object value) {
    Stream<?> all =
        value instanceof Collection<?> elements ? elements.stream() : Stream.ofNullable(value);
    Set<String> codes = new LinkedHashSet<>();
    all.filter(FieldIndex::isIndexed).forEach(element -> codes.add(code(element)));
    return codes;
  }

  private static boolean isIndexed(Object value) {
    return value instanceof String || value instanceof Boolean;
  }

  /**
   * Encodes a value of a field. A string is encoded with its length, so that no code is the
   * beginning of another code.
   */
  private static String code(Object value) {
    if (value instanceof String text) {
      return TEXT + text.length() + ":" + text;
    }
    return Boolean.TRUE.equals(value) ? TRUE : FALSE;
  }

  /** The id in an entry that has this number of codes from the index {@code from} on. */
  private static String id(String entry, int from, int codes) {
    int at = from;
    for (int i = 0; i < codes; i++) {
      if (entry.startsWith(TEXT, at)) {
        int colon = entry.indexOf(':', at);
        at = colon + 1 + Integer.parseInt(entry, at + 1, colon, 10);
      } else {
        at++;
      }
    }
    return entry.substring(at);
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
