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
 * Refuses ambiguous HTTP/1.x requests, which an attacker could use for request smuggling (RFC 9112,
 * 3.2, 5.2, 6.1 and 6.3). A proxy in front of the gateway may see the end of such a request at
 * another byte than Vert.x does. One of them then reads a part of the body as the next request.
 */
final class StrictDecoder extends VertxHttpRequestDecoder {

  private static final String NAME = "httpDecoder";
  private static final byte DELETE = 0x7f;

  /**
   * How a request target must begin: with a path, an asterisk, or an http or https URL (RFC 9112,
   * 3.2).
   */
  private static final Pattern TARGET = Pattern.compile("/|\\*|(?i:https?)://");

  private boolean inHead = true;

  /** Whether the request line has begun. Empty lines may come before it. */
  private boolean headStarted;

  private boolean invalidLineStart;

  private StrictDecoder(HttpServerOptions options) {
    super(options);
  }

  /**
   * Replaces the decoder of Vert.x before it reads the first byte. Does nothing for HTTP/2, where
   * requests are unambiguous.
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
        reportAsClientError(content);
      }
    }
  }

  /**
   * If this part of a body could not be decoded, wraps its error into a {@link DecoderException}.
   * The body reader answers that exception with 400 instead of 500.
   */
  private static void reportAsClientError(HttpContent content) {
    if (content.decoderResult().isFailure()) {
      Throwable cause = content.decoderResult().cause();
      content.setDecoderResult(DecoderResult.failure(new DecoderException(cause)));
    }
  }

  /**
   * Whether a line of the head begins with a space or a control character. Netty would read a line
   * after a space as part of the line before it, and would skip control characters before the first
   * line.
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
      throw new IllegalArgumentException("a header field has no name");
    }
    return super.splitHeaderName(line, start, length);
  }

  /** Checks the head. Netty calls this method when it has read the head to its end. */
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
      throw new IllegalArgumentException("the request target is neither a path nor an http URL");
    }
    if (message.headers().getAll(HttpHeaderNames.HOST).size() > 1) {
      throw new IllegalArgumentException("the request has more than one Host header");
    }
    List<String> encodings = message.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
    if (!encodings.isEmpty() && !isChunked(encodings)) {
      throw new IllegalArgumentException("the Transfer-Encoding is not chunked");
    }
    if (!encodings.isEmpty() && message.headers().contains(HttpHeaderNames.CONTENT_LENGTH)) {
      throw new IllegalArgumentException(
          "the request has both Content-Length and Transfer-Encoding");
    }
    return super.isContentAlwaysEmpty(message);
  }

  private static boolean isChunked(List<String> encodings) {
    return encodings.size() == 1
        && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(encodings.get(0));
  }
}
