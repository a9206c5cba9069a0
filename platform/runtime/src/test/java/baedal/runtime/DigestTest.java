package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DigestTest {

  @Test
  void two_digests_are_the_same_only_if_all_their_characters_are_equal() {
    String digest = Digest.hmacSha256("secret", "4242");
    assertThat(Digest.same(digest, Digest.hmacSha256("secret", "4242"))).isTrue();
    for (String other :
        new String[] {"", digest + "0", digest.substring(1), Digest.sha256("4242")}) {
      assertThat(Digest.same(digest, other)).as(other).isFalse();
    }
  }
}
