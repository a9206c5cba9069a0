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
 * Refuses HTTP/1.x requests that can be read in two ways. A proxy before the gateway may read such
 * a request differently from Vert.x: what is a body for one is the next request for the other
 * (request smuggling; RFC 9112, 3.2, 5.2, 6.1 and 6.3).
 */
final class StrictDecoder extends VertxHttpRequestDecoder {

  private static final String NAME = "httpDecoder";
  private static final byte DELETE = 0x7f;

  /** The beginnings of a target that an origin server accepts (RFC 9112, 3.2). */
  private static final Pattern TARGET = Pattern.compile("/|\\*|(?i:https?)://");

  private boolean inHead = true;

  /** Whether the head has more than the empty lines that may come before a request. */
  private boolean headStarted;

  private boolean invalidLineStart;

  private StrictDecoder(HttpServerOptions options) {
    super(options);
  }

  /**
   * Replaces Vert.x's decoder before it reads a byte. No effect on HTTP/2, which is unambiguous.
   */
  static void install(HttpConnection connection, HttpServerOptions options) {
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
      invalidLineStart |= hasInvalidLineStart(in);
    }
    int before = out.size();
    super.decode(context, in, out);
    headStarted |=
        inHead && in.forEachByte(from, in.readerIndex() - from, ByteProcessor.FIND_NON_CRLF) >= 0;
    for (Object read : out.subList(before, out.size())) {
      inHead = read instanceof LastHttpContent;
      headStarted = false;
      if (read instanceof HttpContent content && !(read instanceof HttpMessage)) {
        markAsClientError(content);
      }
    }
  }

  /** A {@link DecoderException} makes the body reader answer 400 instead of 500. */
  private static void markAsClientError(HttpContent content) {
    if (content.decoderResult().isFailure()) {
      Throwable cause = content.decoderResult().cause();
      content.setDecoderResult(DecoderResult.failure(new DecoderException(cause)));
    }
  }

  /**
   * Whether a line of the head begins with a space or a control character. A space would continue
   * the line before it, and Netty skips control characters before the first line.
   */
  private boolean hasInvalidLineStart(ByteBuf in) {
    boolean inLines = headStarted;
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

  /** Netty calls this once it has read the head. */
  @Override
  protected boolean isContentAlwaysEmpty(HttpMessage message) {
    HttpVersion version = message.protocolVersion();
    if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
      message.setProtocolVersion(HttpVersion.HTTP_1_1);
      throw new IllegalArgumentException("unknown protocol: " + version);
    }
    if (invalidLineStart) {
      throw new IllegalArgumentException("a line begins with a space or a control character");
    }
    if (!TARGET.matcher(((HttpRequest) message).uri()).lookingAt()) {
      throw new IllegalArgumentException("the target is no path and no http URL");
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
