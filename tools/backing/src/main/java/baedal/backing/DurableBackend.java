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
 * The embedded MongoDB's storage. It writes a change to its file before it answers the command, so
 * that what it acknowledged survives the death of its process. One thread executes the waiting
 * commands one after another, writes all their changes at once, and then answers them. So the file
 * never holds half a command. Documents are found by id and by {@link FieldIndex}.
 */
final class DurableBackend extends H2Backend {

  /** The file's overwritten chunks are used again after this time. */
  private static final int RETENTION_MILLIS = 5_000;

  /** Small, because each changed document rewrites its whole page. */
  private static final int PAGE_BYTES = 4_096;

  /** The version of the file: documents as BSON, and the entries of their indexes. */
  private static final int FORMAT = 2;

  /**
   * An older version without indexes. Opening it builds them; the older code cannot read it then.
   */
  private static final int WITHOUT_INDEXES = 1;

  private static final Logger log = LoggerFactory.getLogger(DurableBackend.class);
  private static final DocumentType DOCUMENTS = new DocumentType();

  /** Separates collection and index in a map's name. The server drops such maps by this name. */
  private static final String INDEX = "._index_";

  private static final String HANDLER = "durable-answers";

  private final List<Answer> unwritten = new ArrayList<>();

  /** Why the file cannot be written. From then on no command is answered. Null before. */
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
          file + " was written by another version of this server: ./run --fresh forgets all data");
    }
    if (old) {
      log.atInfo().addKeyValue("file", file).log("the data file is old: its indexes are made");
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

  /** An answer to a client; {@code sent} completes when it is sent or fails. */
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

  /** Holds back answers while a change is not written. */
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
      unwritten.add(answer);
      if (unwritten.size() == 1) {
        to.executor().execute(DurableBackend.this::writeAndAnswer);
      }
    }
  }

  /** Runs after all commands that had arrived. */
  private void writeAndAnswer() {
    List<Answer> answers = List.copyOf(unwritten);
    unwritten.clear();
    try {
      commit();
    } catch (RuntimeException | Error e) {
      writeError = e;
      log.atError().setCause(e).log("the data file cannot be written");
      answers.forEach(answer -> answer.fail(e));
      return;
    }
    answers.forEach(Answer::send);
  }

  private final class Database extends H2Database {

    Database(String name) {
      super(name, getMvStore(), getCursorRegistry());
    }

    /** The superclass constructor calls this before the fields of this class are set. */
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

    /** The size is not used, and counting it would cost another write for each document. */
    @Override
    protected boolean tracksDataSize() {
      return false;
    }

    /**
     * The server uses the index of ids only for a query by id alone. To sort by id it would load
     * all documents, although they are stored in that order.
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

    /** Documents in the order of their ids; begins at the lower bound of the wanted ids. */
    private Stream<Document> storedFrom(Object wanted) {
      Object first = wanted instanceof Document range ? range.get("$gt") : null;
      Cursor<Object, Document> cursor = documents.cursor(first instanceof String ? first : null);
      return Stream.generate(
              () -> cursor.hasNext() && cursor.next() != null ? cursor.getValue() : null)
          .takeWhile(Objects::nonNull);
    }
  }
}
