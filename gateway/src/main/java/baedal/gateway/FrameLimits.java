package baedal.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;
import java.util.concurrent.TimeUnit;

/**
 * Closes an HTTP/2 connection with {@code ENHANCE_YOUR_CALM} if it sends more control frames than
 * an honest client does (RFC 9113, 10.5). Such frames cost the client nothing, and the rate limit
 * does not count them. Netty itself limits RST_STREAM, empty DATA and small CONTINUATION frames.
 */
final class FrameLimits extends Http2FrameListenerDecorator {

  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

  /**
   * Maximum number of SETTINGS, PING, PRIORITY, GOAWAY and unknown frames in one window of 10 s.
   */
  static final int MAX_CONTROL_FRAMES = 500;

  /**
   * Maximum number of WINDOW_UPDATE frames in one window of 10 s. An honest client sends them in
   * proportion to the bytes that it receives.
   */
  static final int MAX_WINDOW_UPDATES = 20_000;

  private long windowStart = System.nanoTime();
  private int controlFrames;
  private int windowUpdates;

  private FrameLimits(Http2FrameListener next) {
    super(next);
  }

  /** Counts the frames of an HTTP/2 connection. Does nothing for HTTP/1.1. */
  static void install(HttpConnection connection) {
    ChannelHandlerContext context = ((HttpServerConnection) connection).channelHandlerContext();
    if (context.handler() instanceof Http2ConnectionHandler http2) {
      Http2ConnectionDecoder decoder = http2.decoder();
      decoder.frameListener(new FrameLimits(decoder.frameListener()));
    }
  }

  private void countControlFrame() throws Http2Exception {
    moveWindow();
    if (++controlFrames > MAX_CONTROL_FRAMES) {
      throw tooMany("control frames");
    }
  }

  private void countWindowUpdate() throws Http2Exception {
    moveWindow();
    if (++windowUpdates > MAX_WINDOW_UPDATES) {
      throw tooMany("window updates");
    }
  }

  private void moveWindow() {
    long now = System.nanoTime();
    if (now - windowStart > WINDOW_NANOS) {
      windowStart = now;
      controlFrames = 0;
      windowUpdates = 0;
    }
  }

  private static Http2Exception tooMany(String what) {
    return Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "too many %s", what);
  }

  @Override
  public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings)
      throws Http2Exception {
    countControlFrame();
    super.onSettingsRead(ctx, settings);
  }

  @Override
  public void onSettingsAckRead(ChannelHandlerContext ctx) throws Http2Exception {
    countControlFrame();
    super.onSettingsAckRead(ctx);
  }

  @Override
  public void onPingRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
    countControlFrame();
    super.onPingRead(ctx, data);
  }

  @Override
  public void onPingAckRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
    countControlFrame();
    super.onPingAckRead(ctx, data);
  }

  @Override
  public void onPriorityRead(
      ChannelHandlerContext ctx, int streamId, int dependency, short weight, boolean exclusive)
      throws Http2Exception {
    countControlFrame();
    super.onPriorityRead(ctx, streamId, dependency, weight, exclusive);
  }

  @Override
  public void onGoAwayRead(ChannelHandlerContext ctx, int lastStreamId, long code, ByteBuf debug)
      throws Http2Exception {
    countControlFrame();
    super.onGoAwayRead(ctx, lastStreamId, code, debug);
  }

  @Override
  public void onUnknownFrame(
      ChannelHandlerContext ctx, byte type, int streamId, Http2Flags flags, ByteBuf payload)
      throws Http2Exception {
    countControlFrame();
    super.onUnknownFrame(ctx, type, streamId, flags, payload);
  }

  @Override
  public void onWindowUpdateRead(ChannelHandlerContext ctx, int streamId, int increment)
      throws Http2Exception {
    countWindowUpdate();
    super.onWindowUpdateRead(ctx, streamId, increment);
  }
}
