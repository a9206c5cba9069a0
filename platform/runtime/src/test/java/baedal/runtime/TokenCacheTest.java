package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TokenCacheTest {

  private static final Caller CALLER = new Caller("c-1", Set.of("customer"), Set.of());

  private final TokenCache cache = new TokenCache();

  private static long in(long seconds) {
    return Instant.now().getEpochSecond() + seconds;
  }

  @Test
  void a_token_is_known_until_it_expires() {
    cache.put("valid", CALLER, in(60));
    cache.put("expired", CALLER, in(-1));
    assertThat(cache.find("valid")).isEqualTo(CALLER);
    assertThat(cache.find("expired")).isNull();
    assertThat(cache.find("Valid")).isNull();
  }

  @Test
  void the_number_of_tokens_is_bounded() {
    cache.put("kept", CALLER, in(60));
    cache.put("first", CALLER, in(60));
    for (int i = 0; i < 4_095; i++) {
      cache.put("token " + i, CALLER, in(60));
      assertThat(cache.find("kept")).isEqualTo(CALLER);
    }
    assertThat(cache.find("first")).isNull();
  }
}
