package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TokenCacheTest {

  private static final Caller CALLER = new Caller("c-1", Set.of("customer"), Set.of());

  private final TokenCache known = new TokenCache();

  private static long in(long seconds) {
    return Instant.now().getEpochSecond() + seconds;
  }

  @Test
  void a_token_is_known_until_its_time_is_over() {
    known.put("valid", CALLER, in(60));
    known.put("over", CALLER, in(-1));
    assertThat(known.find("valid")).isEqualTo(CALLER);
    assertThat(known.find("over")).isNull();
    assertThat(known.find("Valid")).isNull();
  }

  @Test
  void whoever_brings_many_tokens_does_not_fill_the_memory() {
    known.put("kept", CALLER, in(60));
    known.put("first", CALLER, in(60));
    for (int i = 0; i < 4_095; i++) {
      known.put("token " + i, CALLER, in(60));
      assertThat(known.find("kept")).isEqualTo(CALLER);
    }
    assertThat(known.find("first")).isNull();
  }
}
