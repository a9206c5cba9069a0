package baedal.backing;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Collection;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.StringDataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The storage of the embedded MongoDB. It writes a change to its file before it answers the
 * command, so an acknowledged change survives when the process is killed. One thread executes the
 * waiting commands one after another, writes the changes of all these commands to the file at once,
 * and then sends the answers to the clients. So the file never contains only a part of the changes
 * of one command. Queries use the index of ids ({@link IdIndex}) and {@link FieldIndex}.
 */
final class DurableBackend extends H2Backend {

  /** After this time the file reuses the space of overwritten data. */
  private static final int RETENTION_MILLIS = 5_000;

  /** The page size of the file. A change of one document writes its whole page again. */
  private static final int PAGE_BYTES = 4_096;

  /** The present format of the data file: documents as BSON, and entries of their indexes. */
  private static final int FORMAT = 2;

  /**
   * The previous format of the data file, without entries of indexes. When this class opens such a
   * file, it builds the indexes. After that, earlier versions of this class cannot read the file.
   */
  private static final int WITHOUT_INDEXES = 1;

  private static final Logger log = LoggerFactory.getLogger(DurableBackend.class);
  private static final DocumentType DOCUMENTS = new DocumentType();

  /**
   * Separates the name of a collection from the name of an index, in the name of the map that
   * contains the entries of that index. When a collection is dropped, the server finds the maps of
   * its indexes by this text.
   */
  private static final String INDEX = "._index_";

  private static final String HANDLER = "answers-after-write";

  /** Answers to commands whose changes are not in the file yet. */
  private final List<Answer> waiting = new ArrayList<>();

  /**
   * The error of a failed write to the file, else null. After such an error no command is answered.
   */
  private Throwable writeError;

  DurableBackend(Path file) {
    super(open(file));
  }

  private static MVStore open(Path file) {
    MVStore store =
        new MVStore.Builder()
            .fileName(file.toString())
            .cacheSize(8)
            .pageSplitSize(PAGE_BYTES)
            .autoCommitDisabled()
            .autoCommitBufferSize(0)
            .open();
    store.setRetentionTime(RETENTION_MILLIS);
    store.setVersionsToKeep(0);
    boolean old = store.getStoreVersion() == WITHOUT_INDEXES;
    if (!old && !store.getMapNames().isEmpty() && store.getStoreVersion() != FORMAT) {
      store.closeImmediately();
      throw new IllegalStateException(
          file + " was written by another version of this server; ./run --fresh deletes all data");
    }
    if (old) {
      log.atInfo()
          .addKeyValue("file", file)
          .log("the data file has an older format: building its indexes");
    }
    store.setStoreVersion(FORMAT);
    return store;
  }

  @Override
  protected MongoDatabase openOrCreateDatabase(String name) {
    return new Database(name);
  }

  @Override
  public Document handleMessage(MongoMessage message) {
    ChannelPipeline pipeline = message.getChannel().pipeline();
    if (pipeline.get(HANDLER) == null) {
      pipeline.addFirst(HANDLER, new Answers());
    }
    return super.handleMessage(message);
  }

  /** An answer to a client; Netty completes {@code sent} when the answer is sent or has failed. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private record Answer(ChannelHandlerContext to, Object body, ChannelPromise sent) {

    void send() {
      to.writeAndFlush(body, sent);
    }

    void fail(Throwable cause) {
      ReferenceCountUtil.release(body);
      sent.tryFailure(cause);
      to.close();
    }
  }

  /** Delays the answers on one connection until all changes so far are in the file. */
  private final class Answers extends ChannelOutboundHandlerAdapter {

    @Override
    public void write(ChannelHandlerContext to, Object body, ChannelPromise sent) {
      Answer answer = new Answer(to, body, sent);
      if (writeError != null) {
        answer.fail(writeError);
        return;
      }
      if (!getMvStore().hasUnsavedChanges()) {
        answer.send();
        return;
      }
      waiting.add(answer);
      if (waiting.size() == 1) {
        to.executor().execute(DurableBackend.this::writeAndAnswer);
      }
    }
  }

  /** Runs on the server's only thread, after the commands that were queued before. */
  private void writeAndAnswer() {
    List<Answer> answers = List.copyOf(waiting);
    waiting.clear();
    try {
      commit();
    } catch (RuntimeException | Error e) {
      writeError = e;
      log.atError()
          .setCause(e)
          .log("cannot write the data file; no further command will be answered");
      answers.forEach(answer -> answer.fail(e));
      return;
    }
    answers.forEach(Answer::send);
  }

  private final class Database extends H2Database {

    Database(String name) {
      super(name, getMvStore(), getCursorRegistry());
    }

    /** The superclass constructor calls this method, so it must not read a field of this class. */
    @Override
    protected MongoCollection<Object> openOrCreateCollection(
        String name, CollectionOptions options) {
      String namespace = getDatabaseName() + "." + name;
      return new Collection(
          this,
          name,
          options,
          documents(namespace),
          getMvStore().openMap("meta." + namespace),
          cursorRegistry);
    }

    @Override
    protected Index<Object> openOrCreateUniqueIndex(
        String collection, String name, List<IndexKey> keys, boolean sparse) {
      return IdIndex.isOf(keys)
          ? new IdIndex(name, keys, documents(getDatabaseName() + "." + collection))
          : super.openOrCreateUniqueIndex(collection, name, keys, sparse);
    }

    private MVMap<Object, Document> documents(String namespace) {
      return getMvStore()
          .openMap(
              "databases." + namespace, new MVMap.Builder<Object, Document>().valueType(DOCUMENTS));
    }

    @Override
    protected Index<Object> openOrCreateSecondaryIndex(
        String collection, String name, List<IndexKey> keys, boolean sparse) {
      String namespace = getDatabaseName() + "." + collection;
      MVMap<String, Boolean> entries =
          getMvStore()
              .openMap(
                  namespace + INDEX + name,
                  new MVMap.Builder<String, Boolean>().keyType(StringDataType.INSTANCE));
      FieldIndex index = new FieldIndex(name, keys, entries);
      index.complete(documents(namespace), getMvStore()::commit);
      return index;
    }
  }

  private static final class Collection extends H2Collection {

    private static final Document BY_ID = new Document(IdIndex.ID, 1);

    private final MVMap<Object, Document> documents;

    Collection(
        MongoDatabase database,
        String name,
        CollectionOptions options,
        MVMap<Object, Document> documents,
        MVMap<String, Object> meta,
        CursorRegistry cursors) {
      super(database, name, options, documents, meta, cursors);
      this.documents = documents;
    }

    /** Nothing uses the data size. Counting it would cost one more write for each document. */
    @Override
    protected boolean tracksDataSize() {
      return false;
    }

    /**
     * Finds documents by their id in two cases in which the server itself would read all documents:
     * the query has other conditions besides the id, or the result is sorted by id. The documents
     * are stored in the order of their ids.
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
      return super.matchDocuments(query, orderBy, skip, limit, batchSize, fields);
    }

    /**
     * Documents in the order of their ids. If {@code wanted} is a condition with {@code $gt}, the
     * stream begins at that id; the caller still applies the query.
     */
    private Stream<Document> storedFrom(Object wanted) {
      Object first = wanted instanceof Document range ? range.get("$gt") : null;
      Cursor<Object, Document> cursor = documents.cursor(first instanceof String ? first : null);
      return Stream.generate(
              () -> cursor.hasNext() && cursor.next() != null ? cursor.getValue() : null)
          .takeWhile(Objects::nonNull);
    }
  }
}
