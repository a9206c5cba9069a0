package baedal.runtime;

import java.util.List;
import java.util.function.Function;

/**
 * One page of a list, as handlers return it.
 *
 * @param next the cursor of the next page, or null if this is the last one
 */
public record Page<T>(List<T> items, String next) {

  public Page {
    items = List.copyOf(items);
  }

  /** The same page with each item converted. */
  public <V> Page<V> map(Function<T, V> view) {
    return new Page<>(items.stream().map(view).toList(), next);
  }

  /**
   * Makes a page from the result of a query for {@code limit + 1} items. The extra item shows that
   * a next page exists. {@code cursor} makes the cursor from the last item of the page.
   */
  public static <T> Page<T> of(List<T> found, int limit, Function<T, String> cursor) {
    boolean more = found.size() > limit;
    List<T> items = more ? found.subList(0, limit) : found;
    return new Page<>(items, more ? cursor.apply(items.get(limit - 1)) : null);
  }
}
