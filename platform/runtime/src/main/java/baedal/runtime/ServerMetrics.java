package baedal.runtime;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.metrics.HttpServerMetrics;
import io.vertx.core.spi.observability.HttpRequest;
import io.vertx.core.spi.observability.HttpResponse;

/**
 * Reports the end of each request once to the wrapped metrics. Vert.x 5.0.8 reports it twice if the
 * client resets the connection of an HTTP/1.1 request: for the error, and for the close that
 * follows. Without this class, the number of active requests would become negative.
 *
 * @param <R> the request metric of the wrapped metrics
 */
final class ServerMetrics<R, W, S> implements HttpServerMetrics<ServerMetrics.Request<R>, W, S> {

  /** The state of a request until it has ended or was reset. */
  static final class Request<R> {

    private final R metric;
    private boolean requestEnded;
    private boolean responseEnded;
    private boolean reset;

    private Request(R metric) {
      this.metric = metric;
    }

    private boolean isOver() {
      return reset || (requestEnded && responseEnded);
    }
  }

  private final HttpServerMetrics<R, W, S> next;

  ServerMetrics(HttpServerMetrics<R, W, S> next) {
    this.next = next;
  }

  @Override
  public Request<R> requestBegin(S socketMetric, HttpRequest request) {
    return new Request<>(next.requestBegin(socketMetric, request));
  }

  @Override
  public void requestEnd(Request<R> request, HttpRequest head, long bytesRead) {
    request.requestEnded = true;
    next.requestEnd(request.metric, head, bytesRead);
  }

  @Override
  public void requestReset(Request<R> request) {
    if (!request.isOver()) {
      request.reset = true;
      next.requestReset(request.metric);
    }
  }

  @Override
  public void responseBegin(Request<R> request, HttpResponse response) {
    next.responseBegin(request.metric, response);
  }

  @Override
  public Request<R> responsePushed(
      S socketMetric, HttpMethod method, String uri, HttpResponse response) {
    return new Request<>(next.responsePushed(socketMetric, method, uri, response));
  }

  @Override
  public void responseEnd(Request<R> request, HttpResponse response, long bytesWritten) {
    request.responseEnded = true;
    next.responseEnd(request.metric, response, bytesWritten);
  }

  @Override
  public W connected(S socketMetric, Request<R> request, ServerWebSocket socket) {
    return next.connected(socketMetric, request.metric, socket);
  }

  @Override
  public void disconnected(W webSocketMetric) {
    next.disconnected(webSocketMetric);
  }

  @Override
  public void requestRouted(Request<R> request, String route) {
    next.requestRouted(request.metric, route);
  }

  @Override
  public S connected(SocketAddress remoteAddress, String remoteName) {
    return next.connected(remoteAddress, remoteName);
  }

  @Override
  public void disconnected(S socketMetric, SocketAddress remoteAddress) {
    next.disconnected(socketMetric, remoteAddress);
  }

  @Override
  public void bytesRead(S socketMetric, SocketAddress remoteAddress, long bytes) {
    next.bytesRead(socketMetric, remoteAddress, bytes);
  }

  @Override
  public void bytesWritten(S socketMetric, SocketAddress remoteAddress, long bytes) {
    next.bytesWritten(socketMetric, remoteAddress, bytes);
  }

  @Override
  public void exceptionOccurred(S socketMetric, SocketAddress remoteAddress, Throwable e) {
    next.exceptionOccurred(socketMetric, remoteAddress, e);
  }

  @Override
  public void close() {
    next.close();
  }
}
