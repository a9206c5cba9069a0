package baedal.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The texts of copied orders. */
class CopyTemplateTest {

  private static final String STORE = "0193a000-0000-7000-8000-00000000aaaa";
  private static final String ORDER = "0193a000-0000-7000-8000-00000000bbbb";

  private final CopyTemplate template =
      new CopyTemplate(
          "{%s of %s by demo-customer-0123abcd with demo-rider-0123abcd}".formatted(ORDER, STORE),
          STORE);

  @Test
  void a_copy_has_its_own_order_id_store_and_users() {
    assertThat(template.copy(1_001))
        .isEqualTo(
            "{0193a000-0000-7000-8000-0000000003e9 of 0193a000-0000-7000-8000-000000000002"
                + " by customer-25 with rider-2}");
  }

  @Test
  void one_of_ten_copies_keeps_the_store_and_the_users() {
    assertThat(template.copy(1_010))
        .isEqualTo(
            ("{0193a000-0000-7000-8000-0000000003f2 of %s"
                    + " by demo-customer-0123abcd with demo-rider-0123abcd}")
                .formatted(STORE));
  }

  @Test
  void a_text_without_ids_is_copied_as_it_is() {
    assertThat(new CopyTemplate("EX", STORE).copy(7)).isEqualTo("EX");
  }
}
