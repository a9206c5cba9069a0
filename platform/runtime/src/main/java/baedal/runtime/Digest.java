package baedal.runtime;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Computes hashes of texts in hex. A service stores a hash where it must not store the text. */
public final class Digest {

  private static final String HMAC = "HmacSHA256";

  private Digest() {}

  public static String sha256(String text) {
    try {
      return hex(MessageDigest.getInstance("SHA-256").digest(bytes(text)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  /**
   * A keyed hash, for texts with few possible values. Without the secret, an attacker cannot find
   * the text by hashing every possible value.
   */
  public static String hmacSha256(String secret, String text) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(bytes(secret), HMAC));
      return hex(mac.doFinal(bytes(text)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no " + HMAC, e);
    }
  }

  /** Compares in constant time, so that the duration does not reveal where two texts differ. */
  public static boolean same(String one, String other) {
    return MessageDigest.isEqual(bytes(one), bytes(other));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String hex(byte[] digest) {
    return HexFormat.of().formatHex(digest);
  }
}
