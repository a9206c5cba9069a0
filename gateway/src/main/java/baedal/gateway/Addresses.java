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
 * Where requests come from: the socket's address, and behind proxies that are trusted the last
 * address that none of them has. What a client itself says of where it is counts for nothing.
 */
final class Addresses {

  private static final Logger log = LoggerFactory.getLogger(Addresses.class);
  private static final int SUBNET_BYTES = 8;

  private final List<Cidr> trusted;
  private boolean told;

  Addresses(List<Cidr> trusted) {
    this.trusted = trusted;
  }

  InetAddress of(HttpServerRequest request) {
    InetAddress client = Cidr.address(request.remoteAddress().hostAddress());
    List<String> hops =
        request.headers().getAll("X-Forwarded-For").stream()
            .flatMap(line -> Arrays.stream(line.split(",")))
            .toList();
    if (!hops.isEmpty() && !isTrusted(client)) {
      tell(client);
    }
    for (int i = hops.size() - 1; i >= 0 && isTrusted(client); i--) {
      InetAddress before = Cidr.address(hops.get(i));
      if (before == null) {
        return client;
      }
      client = before;
    }
    return client;
  }

  /** Whose connection it is; empty for a proxy that is trusted, which has them for many. */
  Optional<String> household(HttpConnection connection) {
    InetAddress other = Cidr.address(connection.remoteAddress().hostAddress());
    return isTrusted(other) ? Optional.empty() : Optional.of(household(other));
  }

  /** Who has one address of IPv6 has all that begin with the same 64 bits. */
  static String household(InetAddress address) {
    return address instanceof Inet6Address
        ? HexFormat.of().formatHex(address.getAddress(), 0, SUBNET_BYTES)
        : address.getHostAddress();
  }

  private boolean isTrusted(InetAddress address) {
    return trusted.stream().anyMatch(network -> network.contains(address));
  }

  private void tell(InetAddress from) {
    if (!told) {
      told = true;
      log.atWarn()
          .addKeyValue("from", from.getHostAddress())
          .log("X-Forwarded-For is not believed: is this a proxy to name in TRUSTED_PROXIES?");
    }
  }
}
