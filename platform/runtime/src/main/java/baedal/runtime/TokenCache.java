package baedal.runtime;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Whom a token named when it was checked, so that one which comes again is not read again. Only for
 * tokens whose key never changes. Tokens themselves are not kept.
 */
final class TokenCache {

  private static final int MOST = 4_096;

  private record Known(Caller caller, long until) {}

  private final Map<String, Known> byToken =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
          return size() > MOST;
        }
      };

  /** Null when it is not known, or not valid any more. */
  synchronized Caller find(String token) {
    String digest = Digest.sha256(token);
    Known known = byToken.get(digest);
    if (known == null || known.until > Instant.now().getEpochSecond()) {
      return known == null ? null : known.caller;
    }
    byToken.remove(digest);
    return null;
  }

  /** {@code until} is the end of its validity, in seconds of the epoch. */
  synchronized void put(String token, Caller caller, long until) {
    byToken.put(Digest.sha256(token), new Known(caller, until));
  }
}
