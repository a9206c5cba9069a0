package baedal.backing;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.stream.Stream;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.StringDataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data file of the embedded MongoDB and its {@link Journal}. The data file holds all documents
 * and index entries of the last checkpoint. The journal holds the changes of documents since then.
 *
 * <p>A checkpoint writes all changed pages to the data file, together with a new generation, and
 * then restarts the journal. If the process is killed in between, the journal still has the old
 * generation and is ignored, because the data file contains its changes.
 *
 * <p>Changes of collections and indexes are not in the journal: they cause a checkpoint.
 */
final class DataFile {

  /**
   * The present format: documents as BSON, entries of their indexes, and a journal. Format 1 had no
   * entries. Format 2 had entries of the first field only. Both had no journal.
   */
  static final int FORMAT = 3;

  /** The oldest format that can be opened. */
  private static final int OLDEST_FORMAT = 1;

  /** A journal of this size causes a checkpoint. The changed pages use memory until then. */
  private static final long JOURNAL_BYTES = 8L << 20;

  /** After this time the file reuses the space of overwritten data. */
  private static final int RETENTION_MILLIS = 5_000;

  /** The page size of the file. A checkpoint writes a whole page if one document changed. */
  private static final int PAGE_BYTES = 4_096;

  /** The memory for unchanged pages, in megabytes. */
  private static final int CACHE_MEGABYTES = 8;

  /**
   * The smallest percentage of the file's pages that is in use. If it is less, each checkpoint
   * moves the pages of some chunks, so that their space can be reused.
   */
  private static final int USED_PERCENT = 50;

  /** The number of bytes that one checkpoint moves at most. */
  private static final int MOVED_BYTES = 4 << 20;

  private static final String DOCUMENTS = "databases.";

  /**
   * Separates the name of a collection from the name of an index, in the name of the map that
   * contains the entries of that index. When a collection is dropped, the server finds the maps of
   * its indexes by this text.
   */
  private static final String INDEX = "._index_";

  private static final String GENERATION = "generation";

  private static final Logger log = LoggerFactory.getLogger(DataFile.class);

  private final MVStore store;
  private final MVMap<String, Long> checkpoints;
  private final Journal journal;

  /** Whether the file had an older format when it was opened. */
  private final boolean older;

  /** Whether the changes of the journal are in the maps. */
  private boolean replayed;

  private boolean needsCheckpoint;

  private DataFile(MVStore store, Journal journal, boolean older) {
    this.store = store;
    this.journal = journal;
    this.older = older;
    checkpoints = store.openMap("checkpoints");
  }

  /** Opens the data file; call {@link #replay} when its collections are open. */
  static DataFile open(Path file) {
    MVStore store =
        new MVStore.Builder()
            .fileName(file.toString())
            .cacheSize(CACHE_MEGABYTES)
            .pageSplitSize(PAGE_BYTES)
            .autoCommitDisabled()
            .autoCommitBufferSize(0)
            .open();
    store.setRetentionTime(RETENTION_MILLIS);
    store.setVersionsToKeep(0);
    boolean empty = store.getMapNames().isEmpty();
    int format = store.getStoreVersion();
    if (!empty && (format < OLDEST_FORMAT || format > FORMAT)) {
      store.closeImmediately();
      throw new IllegalStateException(
          file + " was written by another version of this server; ./run --fresh deletes all data");
    }
    boolean older = !empty && format < FORMAT;
    if (older) {
      log.atInfo()
          .addKeyValue("file", file)
          .log("the data file has an older format: building its indexes");
    }
    return new DataFile(store, new Journal(journalOf(file)), older);
  }

  static Path journalOf(Path file) {
    return file.resolveSibling(file.getFileName() + ".journal");
  }

  MVStore store() {
    return store;
  }

  /** The names of the databases and collections with a map of documents, as {@code db.name}. */
  Stream<String> namespaces() {
    return store.getMapNames().stream()
        .filter(name -> name.startsWith(DOCUMENTS))
        .map(name -> name.substring(DOCUMENTS.length()));
  }

  MVMap<Object, byte[]> documents(String namespace) {
    return store.openMap(
        DOCUMENTS + namespace, new MVMap.Builder<Object, byte[]>().valueType(BsonType.INSTANCE));
  }

  /** The entries of an index. They are empty if an older format wrote them. */
  MVMap<String, Boolean> entries(String namespace, String index) {
    MVMap<String, Boolean> entries =
        store.openMap(
            namespace + INDEX + index,
            new MVMap.Builder<String, Boolean>().keyType(StringDataType.INSTANCE));
    if (older && !replayed) {
      entries.clear();
    }
    return entries;
  }

  /**
   * Applies the changes since the last checkpoint, and then makes a checkpoint. The file has the
   * present format only after this: if the process is killed before, the next start builds all
   * indexes again.
   */
  void replay(Journal.Changes changes) {
    if (checkpoints.containsKey(GENERATION)) {
      journal.replay(checkpoints.get(GENERATION), changes);
    }
    replayed = true;
    store.setStoreVersion(FORMAT);
    checkpoint();
  }

  /** Records the change of a document; {@code bson} is null if the document was removed. */
  void changed(String namespace, Object id, byte[] bson) {
    if (!replayed) {
      return;
    }
    if (id instanceof String text && !namespace.contains(".system.")) {
      journal.add(namespace, text, bson);
    } else {
      needsCheckpoint = true;
    }
  }

  /** Records that a collection or an index was created or deleted. */
  void structureChanged() {
    needsCheckpoint = true;
  }

  /** Whether there are changes that are neither in the data file nor in the journal. */
  boolean hasUnwritten() {
    return needsCheckpoint || journal.hasUnwritten();
  }

  /** Writes all changes so far. After this they survive when the process is killed. */
  void write() {
    if (needsCheckpoint) {
      checkpoint();
    } else if (journal.hasUnwritten()) {
      journal.write();
    }
  }

  /** Makes a checkpoint if the journal is long enough. */
  void checkpointIfDue() {
    if (journal.size() >= JOURNAL_BYTES) {
      checkpoint();
    }
  }

  /** Writes all changes to the data file. Before {@link #replay}, it keeps the journal. */
  void checkpoint() {
    if (!replayed) {
      store.commit();
      return;
    }
    long next =
        checkpoints.containsKey(GENERATION)
            ? checkpoints.get(GENERATION) + 1
            : new SecureRandom().nextLong() >>> 1;
    checkpoints.put(GENERATION, next);
    store.compact(USED_PERCENT, MOVED_BYTES);
    store.commit();
    journal.restart(next);
    needsCheckpoint = false;
  }

  Journal journal() {
    return journal;
  }

  /** Makes a checkpoint and closes the files. */
  void close() {
    checkpoint();
    store.close();
    journal.close();
  }

  /** Closes the files as they are. */
  void closeImmediately() {
    store.closeImmediately();
    journal.close();
  }
}
