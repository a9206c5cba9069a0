package baedal.runtime;

import static baedal.runtime.TestApi.faults;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Query parameters are checked against the contract. */
class ParameterRuleTest {

  private final TestApi api = TestApi.things();

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void a_parameter_with_a_line_break_after_a_valid_value_is_refused() {
    assertThat(faults(api.get("/things?near=1,2%0A"))).containsOnlyKeys("/near");
  }

  @Test
  void a_query_parameter_that_breaks_its_schema_or_is_repeated_is_refused() {
    assertThat(faults(api.get("/things?limit=0"))).containsOnlyKeys("/limit", "/near");
    for (String limit : List.of("x", "1e1", "2.0", "101", "99999999999", "")) {
      assertThat(faults(api.get("/things?near=1,2&limit=" + limit)))
          .as(limit)
          .containsOnlyKeys("/limit");
    }
    assertThat(faults(api.get("/things?near=1,2&near=3,4"))).containsOnlyKeys("/near");
  }
}
