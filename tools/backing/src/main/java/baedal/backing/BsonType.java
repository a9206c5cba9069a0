package baedal.backing;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/**
 * The type of the documents in the data file of the embedded MongoDB. A page keeps each document as
 * BSON, so reading or writing a page decodes no document. A BSON document begins with its length.
 */
final class BsonType extends BasicDataType<byte[]> {

  static final BsonType INSTANCE = new BsonType();

  /** The initial size of the buffer for one document; it grows when needed. */
  private static final int BUFFER_BYTES = 2_048;

  /** The memory of an array without its elements. */
  private static final int ARRAY_BYTES = 16;

  static byte[] encode(Document document) {
    ByteBuf bson = Unpooled.buffer(BUFFER_BYTES);
    BsonEncoder.encodeDocument(document, bson);
    return ByteBufUtil.getBytes(bson);
  }

  /** Returns a new document, which the caller may change. */
  static Document decode(byte[] bson) {
    return BsonDecoder.decodeBson(Unpooled.wrappedBuffer(bson));
  }

  @Override
  public int getMemory(byte[] bson) {
    return ARRAY_BYTES + bson.length;
  }

  @Override
  public void write(WriteBuffer to, byte[] bson) {
    to.put(bson);
  }

  @Override
  public byte[] read(ByteBuffer from) {
    ByteBuffer order = from.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    byte[] bson = new byte[order.getInt()];
    from.get(bson);
    return bson;
  }

  @Override
  public byte[][] createStorage(int size) {
    return new byte[size][];
  }
}
