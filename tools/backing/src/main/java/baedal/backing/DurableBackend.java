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
 * The embedded server's storage, written to its file before a command is answered: what it
 * acknowledged survives the death of its process. It is served by one thread: commands that wait
 * for it are done one after another, written together, and then answered. So it is written between
 * commands only, never with one half done. Documents are found by id and by {@link FieldIndex}.
 */
final class DurableBackend extends H2Backend {

  /** Overwritten parts of the file are used again after this time. */
  private static final int RETENTION_MILLIS = 5_000;

  /** Small: a page is written whole for each document that changes. */
  private static final int PAGE_BYTES = 4_096;

  /** Of the file: documents as BSON, and the entries of their indexes. */
  private static final int FORMAT = 2;

  /**
   * An older file: its indexes are made when it is opened. What wrote it cannot read the new one.
   */
  private static final int WITHOUT_INDEXES = 1;

  private static final Logger log = LoggerFactory.getLogger(DurableBackend.class);
  private static final DocumentType DOCUMENTS = new DocumentType();

  /** Between a collection and its index: the server removes the map of that name with either. */
  private static final String INDEX = "._index_";

  private static final String ANSWERS = "answers";

  private final List<Answer> unwritten = new ArrayList<>();

  /** Why the file cannot be written any more: what is in memory is not to be told from then on. */
  private Throwable broken;

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
    if (pipeline.get(ANSWERS) == null) {
      pipeline.addFirst(ANSWERS, new Answers());
    }
    return super.handleMessage(message);
  }

  /** An answer on its way to a client; {@code sent} tells what became of it. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private record Answer(ChannelHandlerContext to, Object body, ChannelPromise sent) {

    void go() {
      to.writeAndFlush(body, sent);
    }

    void lose(Throwable cause) {
      ReferenceCountUtil.release(body);
      sent.tryFailure(cause);
      to.close();
    }
  }

  /** Holds back what a connection is answered while anything is not written. */
  private final class Answers extends ChannelOutboundHandlerAdapter {

    @Override
    public void write(ChannelHandlerContext to, Object body, ChannelPromise sent) {
      Answer answer = new Answer(to, body, sent);
      if (broken != null) {
        answer.lose(broken);
        return;
      }
      if (!getMvStore().hasUnsavedChanges()) {
        answer.go();
        return;
      }
      unwritten.add(answer);
      if (unwritten.size() == 1) {
        to.executor().execute(DurableBackend.this::writeAndAnswer);
      }
    }
  }

  /** Runs when every command has been done that was there to be read. */
  private void writeAndAnswer() {
    List<Answer> answers = List.copyOf(unwritten);
    unwritten.clear();
    try {
      commit();
    } catch (RuntimeException | Error e) {
      broken = e;
      log.atError().setCause(e).log("the data file cannot be written");
      answers.forEach(answer -> answer.lose(e));
      return;
    }
    answers.forEach(Answer::go);
  }

  private final class Database extends H2Database {

    Database(String name) {
      super(name, getMvStore(), getCursorRegistry());
    }

    /** Called by the constructor above this one already. */
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

    /** Nobody asks for it, and each write of a document would write it too. */
    @Override
    protected boolean tracksDataSize() {
      return false;
    }

    /**
     * The server uses the index of ids only where nothing but the id is asked for; and to put
     * documents in the order of their ids, in which they lie, it would have all of them in memory.
     */
    @Override
    protected QueryResult matchDocuments(
        Document query, Document orderBy, int skip, int limit, int batchSize, Document fields) {
      Object asked = query.get(IdIndex.ID);
      if (asked instanceof String id) {
        return matchDocumentsFromStream(
            Stream.ofNullable(getDocument(id)), query, orderBy, skip, limit, batchSize, fields);
      }
      if (BY_ID.equals(orderBy)) {
        return matchDocumentsFromStream(from(asked), query, null, skip, limit, batchSize, fields);
      }
      return super.matchDocuments(query, orderBy, skip, limit, batchSize, fields);
    }

    /** Those that can be what is asked for, by id, one after another. */
    private Stream<Document> from(Object asked) {
      Object first = asked instanceof Document range ? range.get("$gt") : null;
      Cursor<Object, Document> cursor = documents.cursor(first instanceof String ? first : null);
      return Stream.generate(
              () -> cursor.hasNext() && cursor.next() != null ? cursor.getValue() : null)
          .takeWhile(Objects::nonNull);
    }
  }
}
