package baedal.backing;

import static java.util.Comparator.naturalOrder;
import static java.util.Comparator.reverseOrder;

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.AbstractSynchronizedMongoCollection;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.DocumentWithPosition;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.backend.ValueComparator;
import de.bwaldvogel.mongo.bson.Document;
import java.util.Comparator;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;

/**
 * A collection of the embedded MongoDB. Its documents are BSON in a map of the data file, in the
 * order of their ids. Every read decodes a new document, so a change of it does not change what is
 * stored.
 */
final class StoredCollection extends AbstractSynchronizedMongoCollection<Object> {

  private static final Document BY_ID = new Document(IdIndex.ID, 1);
  private static final Document BY_ID_DESCENDING = new Document(IdIndex.ID, -1);

  private final DataFile file;
  private final MVMap<Object, byte[]> documents;

  StoredCollection(
      MongoDatabase database,
      String name,
      CollectionOptions options,
      DataFile file,
      MVMap<Object, byte[]> documents,
      CursorRegistry cursors) {
    super(database, name, options, cursors);
    this.file = file;
    this.documents = documents;
  }

  /** Writes a document and its index entries again; null removes the document. */
  void restore(String id, Document document) {
    Document before = getDocument(id);
    if (before != null && document != null) {
      for (Index<Object> index : getIndexes()) {
        index.updateInPlace(before, document, id, this);
      }
      handleUpdate(id, before, document);
    } else if (document != null) {
      addDocument(document);
    } else if (before != null) {
      removeDocument(before);
    }
  }

  @Override
  protected Object addDocumentInternal(Document document) {
    String field = getIdField();
    Object id =
        field == null
            ? UUID.randomUUID()
            : Missing.ofNullable(Utils.getSubdocumentValue(document, field));
    put(id, document);
    return id;
  }

  @Override
  protected void handleUpdate(Object id, Document before, Document after) {
    put(Missing.ofNullable(id), after);
  }

  private void put(Object id, Document document) {
    byte[] bson = BsonType.encode(document);
    documents.put(id, bson);
    file.changed(getFullName(), id, bson);
  }

  @Override
  protected void removeDocument(Object id) {
    documents.remove(id);
    file.changed(getFullName(), id, null);
  }

  @Override
  protected Document getDocument(Object id) {
    byte[] bson = documents.get(id);
    return bson == null ? null : BsonType.decode(bson);
  }

  @Override
  public int count() {
    return documents.size();
  }

  @Override
  public boolean isEmpty() {
    return documents.isEmpty();
  }

  /** Nothing uses the data size. Counting it would cost one more write for each document. */
  @Override
  protected boolean tracksDataSize() {
    return false;
  }

  @Override
  protected void updateDataSize(int change) {}

  @Override
  protected int getDataSize() {
    return 0;
  }

  @Override
  protected Stream<DocumentWithPosition<Object>> streamAllDocumentsWithPosition() {
    return documents.entrySet().stream()
        .map(
            entry -> new DocumentWithPosition<>(BsonType.decode(entry.getValue()), entry.getKey()));
  }

  /**
   * Finds documents by their id in two cases in which the server itself would read all documents:
   * the query has other conditions besides the id, or the result is sorted by id.
   */
  @Override
  protected QueryResult matchDocuments(
      Document query, Document orderBy, int skip, int limit, int batchSize, Document fields) {
    Object wanted = query.get(IdIndex.ID);
    if (wanted instanceof String id) {
      return matchDocumentsFromStream(
          Stream.ofNullable(getDocument(id)), query, orderBy, skip, limit, batchSize, fields);
    }
    if (BY_ID.equals(orderBy)) {
      return matchDocumentsFromStream(
          storedFrom(wanted), query, null, skip, limit, batchSize, fields);
    }
    Stream<DocumentWithPosition<Object>> all = streamAllDocumentsWithPosition();
    if (isNaturalDescending(orderBy)) {
      all = all.sorted((a, b) -> ValueComparator.desc().compare(a.getPosition(), b.getPosition()));
    }
    return matchDocumentsFromStream(
        all.map(DocumentWithPosition::getDocument), query, orderBy, skip, limit, batchSize, fields);
  }

  /**
   * Finds the documents with the ids that an index returned. If the result is sorted by id, the ids
   * are sorted, so that no document after the limit is read. A page of a list does not read the
   * documents of the pages before it either.
   */
  @Override
  protected QueryResult matchDocuments(
      Document query,
      Iterable<Object> ids,
      Document orderBy,
      int skip,
      int limit,
      int batchSize,
      Document fields) {
    boolean ascending = BY_ID.equals(orderBy);
    if (!ascending && !BY_ID_DESCENDING.equals(orderBy)) {
      return super.matchDocuments(query, ids, orderBy, skip, limit, batchSize, fields);
    }
    Comparator<String> order = ascending ? naturalOrder() : reverseOrder();
    Stream<String> sorted =
        StreamSupport.stream(ids.spliterator(), false).map(String.class::cast).sorted(order);
    Object last =
        query.get(IdIndex.ID) instanceof Document range
            ? range.get(ascending ? "$gt" : "$lt")
            : null;
    if (last instanceof String before) {
      sorted = sorted.dropWhile(id -> order.compare(id, before) <= 0);
    }
    return matchDocumentsFromStream(
        sorted.map(this::getDocument), query, null, skip, limit, batchSize, fields);
  }

  /**
   * Documents in the order of their ids. If {@code wanted} is a condition with {@code $gt}, the
   * stream begins at that id; the caller still applies the query.
   */
  private Stream<Document> storedFrom(Object wanted) {
    Object first = wanted instanceof Document range ? range.get("$gt") : null;
    Cursor<Object, byte[]> cursor = documents.cursor(first instanceof String ? first : null);
    return Stream.generate(
            () -> cursor.hasNext() && cursor.next() != null ? cursor.getValue() : null)
        .takeWhile(Objects::nonNull)
        .map(BsonType::decode);
  }
}
