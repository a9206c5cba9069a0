package baedal.backing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * The file with the changes of documents since the last checkpoint of the embedded MongoDB's data
 * file. Each record holds the changes of whole commands. Its head is the length of its content, a
 * checksum, and the generation: the number of the checkpoint that precedes it. A record that was
 * written only in part has a wrong checksum, so {@link #replay} ignores it.
 *
 * <p>The journal is not flushed to the disk: it survives the death of the process, but not of the
 * machine.
 */
final class Journal {

  /** The length and the checksum of the content, and the generation. */
  private static final int HEAD_BYTES = Integer.BYTES + Integer.BYTES + Long.BYTES;

  /**
   * The largest part of a record that is written at once: the JVM copies it before it is written.
   */
  private static final int WRITE_BYTES = 65_536;

  /** A larger buffer is released after its record is written. */
  private static final int KEPT_BYTES = 1_048_576;

  private static final int REMOVED = -1;

  private final Path file;
  private final FileChannel channel;
  private ByteBuf record = emptyRecord();
  private long generation;

  /** Receives the changes of documents. */
  @FunctionalInterface
  interface Changes {
    /** A document with this id was written, or removed if {@code bson} is null. */
    void changed(String namespace, String id, byte[] bson);
  }

  Journal(Path file) {
    this.file = file;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ByteBuf emptyRecord() {
    return Unpooled.buffer(WRITE_BYTES).writerIndex(HEAD_BYTES);
  }

  /**
   * Passes on the changes of each complete record of this generation, in the order in which they
   * were written. Records of another generation are already in the data file.
   */
  void replay(long wanted, Changes changes) {
    try (DataInputStream from =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      long left = channel.size();
      while (left >= HEAD_BYTES) {
        int length = from.readInt();
        int checksum = from.readInt();
        long found = from.readLong();
        left -= HEAD_BYTES;
        if (found != wanted || length < 0 || length > left) {
          return;
        }
        byte[] content = from.readNBytes(length);
        left -= length;
        if (checksum(found, content, 0, length) != checksum) {
          return;
        }
        read(content, changes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void read(byte[] content, Changes changes) {
    ByteBuf from = Unpooled.wrappedBuffer(content);
    while (from.isReadable()) {
      changes.changed(readText(from), readText(from), readBytes(from));
    }
  }

  private static String readText(ByteBuf from) {
    return from.readCharSequence(from.readInt(), StandardCharsets.UTF_8).toString();
  }

  private static byte[] readBytes(ByteBuf from) {
    int length = from.readInt();
    if (length == REMOVED) {
      return null;
    }
    byte[] bytes = new byte[length];
    from.readBytes(bytes);
    return bytes;
  }

  private static int checksum(long generation, byte[] bytes, int offset, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(ByteBuffer.allocate(Long.BYTES).putLong(0, generation));
    checksum.update(bytes, offset, length);
    return (int) checksum.getValue();
  }

  /** Adds a change to the next record; {@code bson} is null if the document was removed. */
  void add(String namespace, String id, byte[] bson) {
    addText(namespace);
    addText(id);
    if (bson == null) {
      record.writeInt(REMOVED);
    } else {
      record.writeInt(bson.length).writeBytes(bson);
    }
  }

  private void addText(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    record.writeInt(bytes.length).writeBytes(bytes);
  }

  /** Whether changes were added that are not in the file. */
  boolean hasUnwritten() {
    return record.writerIndex() > HEAD_BYTES;
  }

  /** Writes the added changes to the file, as one record. */
  void write() {
    int length = record.writerIndex() - HEAD_BYTES;
    record.setInt(0, length);
    record.setInt(
        Integer.BYTES,
        checksum(generation, record.array(), record.arrayOffset() + HEAD_BYTES, length));
    record.setLong(2 * Integer.BYTES, generation);
    try {
      while (record.isReadable()) {
        record.readBytes(channel, Math.min(record.readableBytes(), WRITE_BYTES));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    discard();
  }

  private void discard() {
    record = record.capacity() > KEPT_BYTES ? emptyRecord() : record.setIndex(0, HEAD_BYTES);
  }

  /** Removes all changes, because a checkpoint has written them to the data file. */
  void restart(long next) {
    discard();
    generation = next;
    try {
      channel.truncate(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The size of the file in bytes. */
  long size() {
    try {
      return channel.position();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
