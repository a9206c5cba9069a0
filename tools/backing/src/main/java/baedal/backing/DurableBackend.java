package baedal.backing;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.AbstractMongoBackend;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.oplog.Oplog;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.h2.mvstore.MVMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The storage of the embedded MongoDB. It writes a change to its files before it answers the
 * command, so an acknowledged change survives when the process is killed. One thread executes the
 * waiting commands one after another, writes the changes of all these commands to the journal at
 * once, and then sends the answers to the clients. So the files never contain only a part of the
 * changes of one command. Queries use the index of ids ({@link IdIndex}) and {@link FieldIndex}.
 */
final class DurableBackend extends AbstractMongoBackend {

  private static final Logger log = LoggerFactory.getLogger(DurableBackend.class);

  private static final String HANDLER = "answers-after-write";

  /** Answers to commands whose changes are not in the files yet. */
  private final List<Answer> waiting = new ArrayList<>();

  private final DataFile file;

  /**
   * The error of a failed write to the files, else null. After such an error no command is
   * answered.
   */
  private Throwable writeError;

  DurableBackend(Path path) {
    super(defaultClock());
    file = DataFile.open(path);
    file.namespaces()
        .map(namespace -> namespace.substring(0, namespace.indexOf('.')))
        .distinct()
        .forEach(this::resolveDatabase);
    file.replay(this::restore);
  }

  private void restore(String namespace, String id, byte[] bson) {
    int dot = namespace.indexOf('.');
    MongoCollection<?> collection =
        resolveDatabase(namespace.substring(0, dot))
            .resolveCollection(namespace.substring(dot + 1), true);
    ((StoredCollection) collection).restore(id, bson == null ? null : BsonType.decode(bson));
  }

  DataFile file() {
    return file;
  }

  @Override
  public void close() {
    super.close();
    if (writeError == null) {
      file.close();
    } else {
      file.closeImmediately();
    }
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

  /** Delays the answers on one connection until all changes so far are in the files. */
  private final class Answers extends ChannelOutboundHandlerAdapter {

    @Override
    public void write(ChannelHandlerContext to, Object body, ChannelPromise sent) {
      Answer answer = new Answer(to, body, sent);
      if (writeError != null) {
        answer.fail(writeError);
        return;
      }
      if (!file.hasUnwritten()) {
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
    if (succeeds(file::write)) {
      answers.forEach(Answer::send);
      succeeds(file::checkpointIfDue);
    } else {
      answers.forEach(answer -> answer.fail(writeError));
    }
  }

  private boolean succeeds(Runnable write) {
    try {
      write.run();
      return true;
    } catch (RuntimeException | Error e) {
      writeError = e;
      log.atError()
          .setCause(e)
          .log("cannot write the data file; no further command will be answered");
      return false;
    }
  }

  private final class Database extends H2Database {

    Database(String name) {
      super(name, file.store(), getCursorRegistry());
    }

    /** The superclass constructor calls this method, so it must not read a field of this class. */
    @Override
    protected MongoCollection<Object> openOrCreateCollection(
        String name, CollectionOptions options) {
      file.structureChanged();
      return new StoredCollection(
          this, name, options, file, file.documents(namespace(name)), cursorRegistry);
    }

    private String namespace(String collection) {
      return getDatabaseName() + "." + collection;
    }

    @Override
    protected Index<Object> openOrCreateUniqueIndex(
        String collection, String name, List<IndexKey> keys, boolean sparse) {
      file.structureChanged();
      return IdIndex.isOf(keys)
          ? new IdIndex(name, keys, file.documents(namespace(collection)))
          : super.openOrCreateUniqueIndex(collection, name, keys, sparse);
    }

    @Override
    protected Index<Object> openOrCreateSecondaryIndex(
        String collection, String name, List<IndexKey> keys, boolean sparse) {
      file.structureChanged();
      MVMap<String, Boolean> entries = file.entries(namespace(collection), name);
      FieldIndex index = new FieldIndex(name, keys, entries);
      index.complete(file.documents(namespace(collection)), file::checkpoint);
      return index;
    }

    @Override
    protected void dropIndex(MongoCollection<Object> collection, String name) {
      file.structureChanged();
      super.dropIndex(collection, name);
    }

    @Override
    public void dropCollection(String name, Oplog oplog) {
      file.structureChanged();
      super.dropCollection(name, oplog);
    }

    @Override
    public void drop(Oplog oplog) {
      file.structureChanged();
      super.drop(oplog);
    }

    @Override
    public void moveCollection(MongoDatabase from, MongoCollection<?> collection, String newName) {
      file.structureChanged();
      super.moveCollection(from, collection, newName);
    }
  }
}
