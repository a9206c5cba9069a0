package baedal.gateway;

import baedal.runtime.RequestId;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Locale;

/**
 * Who asks, by which name of ours, and what the request is called (RFC 7239): services hear it from
 * the gateway. What the outside says about it counts for nothing, but where {@link Addresses} trust
 * a proxy.
 */
final class ForwardedHeaders {

  private final Addresses addresses;

  ForwardedHeaders(Addresses addresses) {
    this.addresses = addresses;
  }

  /**
   * Into the headers of what goes to a service for the sake of this request. HTTP/1.0 may come
   * without a host.
   */
  void put(HttpServerRequest request, MultiMap headers) {
    String client = addresses.of(request).getHostAddress();
    List.copyOf(headers.names()).stream().filter(ForwardedHeaders::claims).forEach(headers::remove);
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

  private static boolean claims(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.equals("forwarded")
        || lower.startsWith("x-forwarded-")
        || lower.equals("x-real-ip");
  }
}
