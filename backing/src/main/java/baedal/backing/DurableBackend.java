package baedal.backing;

import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.nio.file.Path;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.h2.mvstore.MVStore;

/**
 * The embedded server's storage, written to its file before a command is answered: what it
 * acknowledged survives the death of its process. It is written between commands only, never with
 * one half done.
 */
final class DurableBackend extends H2Backend {

  /** Overwritten parts of the file are used again after this time. */
  private static final int RETENTION_MILLIS = 5_000;

  private final ReadWriteLock betweenCommands = new ReentrantReadWriteLock(true);

  DurableBackend(Path file) {
    super(open(file));
  }

  private static MVStore open(Path file) {
    MVStore store =
        new MVStore.Builder().fileName(file.toString()).cacheSize(8).autoCommitDisabled().open();
    store.setRetentionTime(RETENTION_MILLIS);
    store.setVersionsToKeep(0);
    return store;
  }

  @Override
  public Document handleMessage(MongoMessage message) {
    Document answer;
    betweenCommands.readLock().lock();
    try {
      answer = super.handleMessage(message);
    } finally {
      betweenCommands.readLock().unlock();
    }
    if (getMvStore().hasUnsavedChanges()) {
      write();
    }
    return answer;
  }

  private void write() {
    betweenCommands.writeLock().lock();
    try {
      commit();
    } finally {
      betweenCommands.writeLock().unlock();
    }
  }
}
