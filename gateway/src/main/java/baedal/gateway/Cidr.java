package baedal.gateway;

import io.netty.util.NetUtil;
import java.math.BigInteger;
import java.net.InetAddress;

/** A block of IP addresses (RFC 4632) or a single address: one entry of {@code TRUSTED_PROXIES}. */
public record Cidr(InetAddress address, int bits) {

  /**
   * Parses a block such as {@code 10.0.0.0/8} or {@code fd00::/8}, or an address. Throws {@link
   * IllegalArgumentException} for any other text.
   */
  static Cidr parse(String text) {
    String[] parts = text.split("/", 2);
    InetAddress address = address(parts[0]);
    if (address == null) {
      throw new IllegalArgumentException(text);
    }
    int maxBits = address.getAddress().length * Byte.SIZE;
    int bits = parts.length == 1 ? maxBits : Integer.parseInt(parts[1]);
    if (bits < 0 || bits > maxBits) {
      throw new IllegalArgumentException(text);
    }
    return new Cidr(address, bits);
  }

  /** Parses an IP address. Returns null for any other text, also for a host name. */
  static InetAddress address(String text) {
    return NetUtil.createInetAddressFromIpAddressString(text.strip());
  }

  boolean contains(InetAddress other) {
    return address.getClass().equals(other.getClass()) && prefix(address).equals(prefix(other));
  }

  private BigInteger prefix(InetAddress of) {
    byte[] bytes = of.getAddress();
    return new BigInteger(1, bytes).shiftRight(bytes.length * Byte.SIZE - bits);
  }
}
