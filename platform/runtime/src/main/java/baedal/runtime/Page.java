package baedal.runtime;

import java.util.List;
import java.util.function.Function;

/** One page of a list; {@code next} is the cursor of the following one, or null at the end. */
public record Page<T>(List<T> items, String next) {

  public Page {
    items = List.copyOf(items);
  }

  /** The same page with each item converted. */
  public <V> Page<V> map(Function<T, V> view) {
    return new Page<>(items.stream().map(view).toList(), next);
  }

  /**
   * The first {@code limit} items of a query that asked for one more than that. {@code cursor}
   * makes the cursor from the last item.
   */
  public static <T> Page<T> of(List<T> found, int limit, Function<T, String> cursor) {
    boolean more = found.size() > limit;
    List<T> items = more ? found.subList(0, limit) : found;
    return new Page<>(items, more ? cursor.apply(items.get(limit - 1)) : null);
  }
}
