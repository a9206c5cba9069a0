package baedal.gateway;

import baedal.runtime.RequestId;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Locale;

/**
 * Sets the headers from which a service reads the client's address, the host and scheme that the
 * client used (RFC 7239), and the request id. Headers of this kind that a client sent are replaced.
 * {@link Addresses} decides which address is the client's.
 */
final class ForwardedHeaders {

  private final Addresses addresses;

  ForwardedHeaders(Addresses addresses) {
    this.addresses = addresses;
  }

  /**
   * Replaces the forwarding headers in {@code headers}, which are the headers of a call to a
   * service on behalf of {@code request}. An HTTP/1.0 request may have no host.
   */
  void put(HttpServerRequest request, MultiMap headers) {
    String client = addresses.of(request).getHostAddress();
    List.copyOf(headers.names()).stream()
        .filter(ForwardedHeaders::isForwardingHeader)
        .forEach(headers::remove);
    String node = client.contains(":") ? "\"[" + client + "]\"" : client;
    String host = "";
    if (request.authority() != null) {
      host = "host=\"%s\";".formatted(request.authority());
      headers.set("X-Forwarded-Host", request.authority().toString());
    }
    headers.set("Forwarded", "for=%s;%sproto=%s".formatted(node, host, request.scheme()));
    headers.set("X-Forwarded-For", client);
    headers.set("X-Forwarded-Proto", request.scheme());
    headers.set(RequestId.HEADER, RequestId.current());
  }

  private static boolean isForwardingHeader(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.equals("forwarded")
        || lower.startsWith("x-forwarded-")
        || lower.equals("x-real-ip");
  }
}
