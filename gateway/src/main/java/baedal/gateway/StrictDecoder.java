package baedal.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.ByteProcessor;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads no request that can be read in two ways. Vert.x takes one of them and goes on; what stands
 * before the gateway may have taken the other, and what one of them takes for a body is a request
 * to the other (request smuggling; RFC 9112, 3.2, 5.2, 6.1 and 6.3).
 */
final class StrictDecoder extends VertxHttpRequestDecoder {

  private static final String NAME = "httpDecoder";
  private static final byte DELETE = 0x7f;

  /** The targets that a server takes (RFC 9112, 3.2). */
  private static final Pattern OURS = Pattern.compile("/|\\*|(?i:https?)://");

  private boolean inHead = true;
  private boolean begun;
  private boolean odd;

  private StrictDecoder(HttpServerOptions options) {
    super(options);
  }

  /** In place of Vert.x's own, before the first byte is read; HTTP/2 has no such doubts. */
  static void guard(HttpConnection connection, HttpServerOptions options) {
    ChannelHandlerContext context = ((HttpServerConnection) connection).channelHandlerContext();
    ChannelPipeline pipeline = context.pipeline();
    if (pipeline.get(NAME) != null) {
      pipeline.replace(NAME, NAME, new StrictDecoder(options));
    }
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
      throws Exception {
    int from = in.readerIndex();
    if (inHead) {
      odd |= isOdd(in);
    }
    int before = out.size();
    super.decode(context, in, out);
    begun |=
        inHead && in.forEachByte(from, in.readerIndex() - from, ByteProcessor.FIND_NON_CRLF) >= 0;
    for (Object read : out.subList(before, out.size())) {
      inHead = read instanceof LastHttpContent;
      begun = false;
      if (read instanceof HttpContent content && !(read instanceof HttpMessage)) {
        blame(content);
      }
    }
  }

  /**
   * The body reader knows by this exception that a body which cannot be read is no fault of ours.
   */
  private static void blame(HttpContent content) {
    if (content.decoderResult().isFailure()) {
      Throwable cause = content.decoderResult().cause();
      content.setDecoderResult(DecoderResult.failure(new DecoderException(cause)));
    }
  }

  /**
   * Whether a line of a head begins with what no line begins with: a space, which would make it go
   * on with the line before, or a control character, which Netty passes over before the first one.
   */
  private boolean isOdd(ByteBuf in) {
    boolean inLines = begun;
    boolean lineBegins = true;
    for (int i = in.readerIndex(); i < in.writerIndex(); i++) {
      byte b = in.getByte(i);
      boolean ends = b == '\r' || b == '\n';
      if (lineBegins && !ends && (b <= ' ' || b == DELETE)) {
        return true;
      }
      if (lineBegins && ends && inLines) {
        return false;
      }
      inLines |= !ends;
      lineBegins = b == '\n' || (lineBegins && ends);
    }
    return false;
  }

  @Override
  protected AsciiString splitHeaderName(byte[] line, int start, int length) {
    if (length == 0) {
      throw new IllegalArgumentException("a header without a name");
    }
    return super.splitHeaderName(line, start, length);
  }

  /** Asked once the head is read. */
  @Override
  protected boolean isContentAlwaysEmpty(HttpMessage message) {
    HttpVersion version = message.protocolVersion();
    if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
      message.setProtocolVersion(HttpVersion.HTTP_1_1);
      throw new IllegalArgumentException("another protocol: " + version);
    }
    if (odd) {
      throw new IllegalArgumentException("a line that begins with what no line begins with");
    }
    if (!OURS.matcher(((HttpRequest) message).uri()).lookingAt()) {
      throw new IllegalArgumentException("a target that is none of ours");
    }
    if (message.headers().getAll(HttpHeaderNames.HOST).size() > 1) {
      throw new IllegalArgumentException("more than one Host");
    }
    List<String> encodings = message.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
    if (!encodings.isEmpty() && !isChunked(encodings)) {
      throw new IllegalArgumentException("a Transfer-Encoding other than chunked");
    }
    if (!encodings.isEmpty() && message.headers().contains(HttpHeaderNames.CONTENT_LENGTH)) {
      throw new IllegalArgumentException("both Content-Length and Transfer-Encoding");
    }
    return super.isContentAlwaysEmpty(message);
  }

  private static boolean isChunked(List<String> encodings) {
    return encodings.size() == 1
        && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(encodings.get(0));
  }
}
