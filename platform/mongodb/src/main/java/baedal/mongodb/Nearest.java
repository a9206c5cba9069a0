package baedal.mongodb;

import baedal.runtime.Page;
import baedal.runtime.Paging;
import baedal.runtime.Refusal;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/** Sorts elements by their distance from a point, nearest first, and returns them in pages. */
public final class Nearest {

  private static final double METERS = 1_000;

  private Nearest() {}

  /** An element and its distance in kilometers, rounded to the meter. */
  public record Found<T>(T element, double distanceKm) {}

  /**
   * Returns the next {@code limit} elements within {@code radiusKm} of {@code from}, nearest first.
   *
   * @param cursor the cursor of the previous page, or null
   * @param place returns the point of an element
   * @param id returns the id of an element; elements at the same distance are sorted by their ids
   */
  public static <T> Page<Found<T>> page(
      List<T> elements,
      Geo.Point from,
      double radiusKm,
      String cursor,
      int limit,
      Function<T, Geo.Point> place,
      Function<T, String> id) {
    Last after = cursor == null ? null : Last.decode(cursor);
    List<Found<T>> found =
        elements.stream()
            .map(element -> new Found<>(element, distance(from, place.apply(element))))
            .filter(f -> f.distanceKm() <= radiusKm)
            .filter(f -> after == null || after.isBefore(f.distanceKm(), id.apply(f.element())))
            .sorted(
                Comparator.<Found<T>>comparingDouble(Found::distanceKm)
                    .thenComparing(f -> id.apply(f.element())))
            .limit(limit + 1L)
            .toList();
    boolean more = found.size() > limit;
    List<Found<T>> items = more ? found.subList(0, limit) : found;
    return new Page<>(items, more ? Last.encode(items.get(limit - 1), id) : null);
  }

  private static double distance(Geo.Point from, Geo.Point to) {
    return Math.round(Geo.distanceKm(from, to) * METERS) / METERS;
  }

  private record Last(double distanceKm, String id) {

    static <T> String encode(Found<T> last, Function<T, String> id) {
      return Paging.encode(Double.toString(last.distanceKm()), id.apply(last.element()));
    }

    static Last decode(String cursor) {
      List<String> keys = Paging.decode(cursor, 2);
      try {
        return new Last(Double.parseDouble(keys.get(0)), keys.get(1));
      } catch (NumberFormatException e) {
        throw Refusal.invalid(
            "/cursor", "is not a cursor of this list: use `next` of the previous page");
      }
    }

    boolean isBefore(double otherKm, String otherId) {
      int byDistance = Double.compare(distanceKm, otherKm);
      return byDistance < 0 || (byDistance == 0 && id.compareTo(otherId) < 0);
    }
  }
}
