package baedal.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** An HTTP/2 client that sends any frames, also those that no client library would send. */
final class RawHttp2 implements AutoCloseable {

  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int PRIORITY = 2;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GO_AWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;

  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;
  static final int ACK = 1;
  private static final int HAS_PRIORITY = 0x20;
  private static final int PRIORITY_BYTES = 5;
  private static final int PING_BYTES = 8;

  static final int PROTOCOL_ERROR = 1;
  static final int CANCEL = 8;
  static final int ENHANCE_YOUR_CALM = 11;

  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final int TIMEOUT_MILLIS = 15_000;
  private static final int MAX_SMALL_INTEGER = 127;

  /** Indices of names in the static table of HPACK (RFC 7541, appendix A). */
  private static final int AUTHORITY = 1;

  private static final int METHOD = 2;
  private static final int PATH = 4;
  private static final int CONTENT_LENGTH = 28;
  private static final int CONTENT_TYPE = 31;
  private static final int AUTHORIZATION = 23;
  private static final int SCHEME_HTTPS = 0x87;

  /** A frame from the server. */
  record Frame(int type, int flags, int stream, ByteBuffer payload) {

    int number(int at) {
      return payload.getInt(at);
    }
  }

  private final SSLSocket socket;
  private final DataInputStream in;
  private final DefaultHttp2HeadersDecoder headers = new DefaultHttp2HeadersDecoder();
  private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();

  /** Connects from the address 127.0.0.{@code last}. */
  RawHttp2(int port, int last) throws IOException {
    this(port, last, PREFACE);
    frame(SETTINGS, 0, 0);
    send();
  }

  /** Connects in the same way, but sends {@code first} in place of the preface, and no SETTINGS. */
  RawHttp2(int port, int last, String first) throws IOException {
    InetAddress from = InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
    socket =
        (SSLSocket)
            TestTls.context()
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), port, from, 0);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    socket.setSSLParameters(parameters);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.startHandshake();
    in = new DataInputStream(socket.getInputStream());
    unsent.writeBytes(first.getBytes(StandardCharsets.US_ASCII));
    send();
  }

  /** Adds a frame, which {@link #send} writes together with the other frames added before. */
  RawHttp2 frame(int type, int flags, int stream, byte... payload) {
    unsent.writeBytes(
        ByteBuffer.allocate(9)
            .put((byte) (payload.length >> 16))
            .putShort((short) payload.length)
            .put((byte) type)
            .put((byte) flags)
            .putInt(stream)
            .array());
    unsent.writeBytes(payload);
    return this;
  }

  /** Adds a frame without flags, with one number as its payload. */
  RawHttp2 number(int type, int stream, int number) {
    return frame(type, 0, stream, ByteBuffer.allocate(4).putInt(number).array());
  }

  /** Adds the HEADERS frame of a request; {@code token} and {@code contentLength} may be null. */
  RawHttp2 request(
      int stream, String method, String path, String token, String contentLength, boolean end) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    literal(block, METHOD, method);
    block.write(SCHEME_HTTPS);
    literal(block, PATH, path);
    literal(block, AUTHORITY, "gateway");
    literal(block, CONTENT_TYPE, "application/json");
    if (token != null) {
      literal(block, AUTHORIZATION, token);
    }
    if (contentLength != null) {
      literal(block, CONTENT_LENGTH, contentLength);
    }
    return frame(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block.toByteArray());
  }

  RawHttp2 get(int stream, String path, String token) {
    return request(stream, "GET", path, token, null, true);
  }

  private static void literal(ByteArrayOutputStream block, int name, String value) {
    integer(block, name, 15);
    integer(block, value.length(), MAX_SMALL_INTEGER);
    block.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
  }

  /** Writes an integer (RFC 7541, 5.1). The bits before the prefix are 0. */
  private static void integer(ByteArrayOutputStream block, int value, int prefix) {
    if (value < prefix) {
      block.write(value);
      return;
    }
    block.write(prefix);
    int rest = value - prefix;
    while (rest > MAX_SMALL_INTEGER) {
      block.write((rest & MAX_SMALL_INTEGER) | 0x80);
      rest >>= 7;
    }
    block.write(rest);
  }

  void send() throws IOException {
    socket.getOutputStream().write(unsent.toByteArray());
    socket.getOutputStream().flush();
    unsent.reset();
  }

  /**
   * Sends all added frames, and waits until the server has read them. Skips frames other than PING.
   */
  void barrier() throws IOException {
    frame(PING, 0, 0, new byte[PING_BYTES]).send();
    next(PING);
  }

  /** Reads until the server closes the connection. */
  void lastFrame() throws IOException {
    Frame frame = next();
    while (frame != null) {
      frame = next();
    }
  }

  /** The next frame, or null after the last. */
  Frame next() throws IOException {
    try {
      int length = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      return new Frame(type, flags, stream, ByteBuffer.wrap(in.readNBytes(length)));
    } catch (EOFException closed) {
      return null;
    }
  }

  /** The next frame of this type, or null after the last. Skips other frames. */
  Frame next(int type) throws IOException {
    Frame frame = next();
    while (frame != null && frame.type() != type) {
      frame = next();
    }
    return frame;
  }

  /** The error code with which the server closes the connection. */
  int goAway() throws IOException {
    return next(GO_AWAY).number(4);
  }

  /** The status of the next response on any stream of this connection. */
  int status() throws IOException, Http2Exception {
    Frame head = next(HEADERS);
    ByteBuf block = Unpooled.wrappedBuffer(head.payload());
    if ((head.flags() & HAS_PRIORITY) != 0) {
      block.skipBytes(PRIORITY_BYTES);
    }
    return Integer.parseInt(headers.decodeHeaders(head.stream(), block).status().toString());
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
