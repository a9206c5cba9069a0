package baedal.backing;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/** Writes documents as BSON to the file of the embedded MongoDB, and reads them again. */
final class DocumentType extends BasicDataType<Document> {

  /** The initial size of the buffer for one document; it grows when needed. */
  private static final int BUFFER_BYTES = 1_024;

  /** The estimated memory of a value, without the text of a string. */
  private static final int BYTES_PER_VALUE = 64;

  @Override
  public int getMemory(Document document) {
    return memory(document);
  }

  private static int memory(Object value) {
    int bytes = BYTES_PER_VALUE;
    if (value instanceof Map<?, ?> fields) {
      for (Map.Entry<?, ?> field : fields.entrySet()) {
        bytes += memory(field.getKey()) + memory(field.getValue());
      }
    } else if (value instanceof Collection<?> elements) {
      for (Object element : elements) {
        bytes += memory(element);
      }
    } else if (value instanceof String text) {
      bytes += text.length();
    }
    return bytes;
  }

  @Override
  public void write(WriteBuffer to, Document document) {
    ByteBuf bson = Unpooled.buffer(BUFFER_BYTES);
    BsonEncoder.encodeDocument(document, bson);
    to.put(bson.nioBuffer());
  }

  /** Reads one document: a BSON document begins with its length. */
  @Override
  public Document read(ByteBuffer from) {
    ByteBuf bson = Unpooled.wrappedBuffer(from);
    Document document = BsonDecoder.decodeBson(bson);
    from.position(from.position() + bson.readerIndex());
    return document;
  }

  @Override
  public Document[] createStorage(int size) {
    return new Document[size];
  }
}
