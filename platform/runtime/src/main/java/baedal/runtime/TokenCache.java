package baedal.runtime;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps the callers of verified tokens, so that {@link Tokens} verifies each token once. It is only
 * for tokens that are signed with the shared secret, which never changes. It stores digests of the
 * tokens, not the tokens.
 */
final class TokenCache {

  private static final int MAX_ENTRIES = 4_096;

  private record Entry(Caller caller, long expiresAtSeconds) {}

  private final Map<String, Entry> byDigest =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Entry> eldest) {
          return size() > MAX_ENTRIES;
        }
      };

  /** Null if the token is not in the cache or has expired. */
  synchronized Caller find(String token) {
    String digest = Digest.sha256(token);
    Entry entry = byDigest.get(digest);
    if (entry == null || entry.expiresAtSeconds > Instant.now().getEpochSecond()) {
      return entry == null ? null : entry.caller;
    }
    byDigest.remove(digest);
    return null;
  }

  /** {@code expiresAtSeconds} is the token's {@code exp} claim, in seconds since the epoch. */
  synchronized void put(String token, Caller caller, long expiresAtSeconds) {
    byDigest.put(Digest.sha256(token), new Entry(caller, expiresAtSeconds));
  }
}
