package baedal.backing;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.AbstractUniqueIndex;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import java.util.Map;
import org.h2.mvstore.MVMap;

/**
 * The index of document ids in the embedded MongoDB. The map of documents has the ids as keys, so
 * this index stores nothing and a new document costs no second write.
 */
final class IdIndex extends AbstractUniqueIndex<Object> {

  static final String ID = "_id";

  private final MVMap<Object, ?> documents;

  IdIndex(String name, List<IndexKey> keys, MVMap<Object, ?> documents) {
    super(name, keys, false);
    this.documents = documents;
  }

  static boolean isOf(List<IndexKey> keys) {
    return keys.size() == 1 && keys.get(0).getKey().equals(ID);
  }

  @Override
  protected Object getPosition(KeyValue key) {
    return documents.containsKey(key.get(0)) ? key.get(0) : null;
  }

  @Override
  public synchronized void checkAdd(Document document, MongoCollection<Object> collection) {
    if (!(document.get(ID) instanceof String)) {
      throw new UnsupportedOperationException("the embedded MongoDB accepts only strings as _id");
    }
    super.checkAdd(document, collection);
  }

  /** Does nothing, because the server has already stored the document under its id. */
  @Override
  public void add(Document document, Object position, MongoCollection<Object> collection) {}

  @Override
  protected boolean putKeyPosition(KeyValue key, Object position) {
    return true;
  }

  /** Removes nothing, because the server removes the document after this call. */
  @Override
  protected Object removeDocument(KeyValue key) {
    return getPosition(key);
  }

  @Override
  protected Iterable<Map.Entry<KeyValue, Object>> getIterable() {
    return () ->
        documents.keySet().stream()
            .<Map.Entry<KeyValue, Object>>map(id -> Map.entry(new KeyValue(id), id))
            .iterator();
  }

  @Override
  public boolean isEmpty() {
    return documents.isEmpty();
  }

  @Override
  public long getCount() {
    return documents.sizeAsLong();
  }

  @Override
  public long getDataSize() {
    return 0;
  }
}
