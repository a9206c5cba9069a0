package baedal.gateway;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the IP address of a request's client, for limits and for services. The client's address is
 * the peer address of the socket. If the peer is a trusted proxy, the client's address is the last
 * address in {@code X-Forwarded-For} that is not a trusted proxy. A client can forge only the
 * addresses before that address, and the gateway ignores them.
 */
final class Addresses {

  private static final Logger log = LoggerFactory.getLogger(Addresses.class);
  private static final int IPV6_NETWORK_BYTES = 8;

  private final List<Cidr> trustedProxies;
  private boolean warned;

  Addresses(List<Cidr> trustedProxies) {
    this.trustedProxies = trustedProxies;
  }

  InetAddress of(HttpServerRequest request) {
    InetAddress client = Cidr.address(request.remoteAddress().hostAddress());
    List<String> hops =
        request.headers().getAll("X-Forwarded-For").stream()
            .flatMap(line -> Arrays.stream(line.split(",")))
            .toList();
    if (!hops.isEmpty() && !isTrusted(client)) {
      warnOnce(client);
    }
    for (int i = hops.size() - 1; i >= 0 && isTrusted(client); i--) {
      InetAddress previous = Cidr.address(hops.get(i));
      if (previous == null) {
        return client;
      }
      client = previous;
    }
    return client;
  }

  /** The key under which the limits per address count this request. */
  String limitKey(HttpServerRequest request) {
    return limitKey(of(request));
  }

  /**
   * The key under which the limits per address count a connection. Empty if the peer is a trusted
   * proxy, because its connections serve many clients.
   */
  Optional<String> limitKey(HttpConnection connection) {
    InetAddress peer = Cidr.address(connection.remoteAddress().hostAddress());
    return isTrusted(peer) ? Optional.empty() : Optional.of(limitKey(peer));
  }

  /**
   * Returns an IPv4 address, or the first 64 bits of an IPv6 address: a client with one IPv6
   * address can use all addresses of its /64 network.
   */
  private static String limitKey(InetAddress address) {
    return address instanceof Inet6Address
        ? HexFormat.of().formatHex(address.getAddress(), 0, IPV6_NETWORK_BYTES)
        : address.getHostAddress();
  }

  private boolean isTrusted(InetAddress address) {
    return trustedProxies.stream().anyMatch(network -> network.contains(address));
  }

  /**
   * Logs only the first ignored {@code X-Forwarded-For} after a start: any client can send this
   * header, and could fill the log.
   */
  private void warnOnce(InetAddress from) {
    if (!warned) {
      warned = true;
      log.atWarn()
          .addKeyValue("from", from.getHostAddress())
          .log("X-Forwarded-For ignored: the sender is not in TRUSTED_PROXIES");
    }
  }
}
