package baedal.dev;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The folder that holds all data of a one-machine run. A lock file in it ensures that only one
 * system runs from the folder.
 */
final class HomeFolder {

  private static final String LOCK = "lock";
  private static final long REQUIRED_DISK_BYTES = 500_000_000L;

  /**
   * The files and folders that {@link #clear} does not delete, because this process or a soak may
   * have open files in them.
   */
  private static final Set<String> KEPT = Set.of(LOCK, "logs", "tmp", "soak");

  private final Path folder;
  private FileLock lock;

  HomeFolder(Path folder) {
    this.folder = folder;
  }

  /** Whether a system runs from this folder. */
  static boolean isInUse(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve(LOCK).toFile(), "rw");
        FileLock lock = file.getChannel().tryLock()) {
      return lock == null;
    }
  }

  /** Throws {@link Failure} when another system runs from this folder. */
  @SuppressWarnings("resource")
  void lock() throws IOException {
    try {
      Files.createDirectories(folder);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
      lock = new RandomAccessFile(folder.resolve(LOCK).toFile(), "rw").getChannel().tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    } catch (IOException e) {
      throw new Failure(
          "cannot write to "
              + folder
              + " ("
              + Failure.describe(e)
              + "): make your user its owner, and make it writable");
    }
    if (lock == null) {
      throw new Failure(
          "a system already runs from this folder (see "
              + RunDescription.file(folder)
              + "): stop it first with Ctrl-C in its terminal");
    }
  }

  boolean isLocked() {
    return lock != null;
  }

  void unlock() throws IOException {
    lock.acquiredBy().close();
    lock = null;
  }

  /** Deletes all data in the folder. */
  void clear() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files =
          all.sorted(Comparator.reverseOrder())
              .filter(file -> !file.equals(folder) && !isKept(file))
              .toList();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }

  private boolean isKept(Path file) {
    return KEPT.contains(folder.relativize(file).getName(0).toString());
  }

  /** Throws {@link Failure} when the disk has less than 500 MB free. */
  void checkDisk() throws IOException {
    long free = Files.getFileStore(folder).getUsableSpace();
    if (free < REQUIRED_DISK_BYTES) {
      throw new Failure(
          "the disk of "
              + folder
              + " has only "
              + free / 1_000_000
              + " MB free, but a run needs "
              + REQUIRED_DISK_BYTES / 1_000_000
              + " MB: delete other files");
    }
  }
}
