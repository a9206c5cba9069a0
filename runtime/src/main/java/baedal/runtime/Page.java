package baedal.runtime;

import java.util.List;

/** One page of a list; {@code next} is the cursor of the following one, or null at the end. */
public record Page<T>(List<T> items, String next) {

  public Page {
    items = List.copyOf(items);
  }
}
