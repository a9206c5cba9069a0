package baedal.mongodb;

import baedal.runtime.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Points in WGS 84 degrees, and a grid of cells of 0.05 degrees. {@link MongoPlaces} finds the
 * documents in the cells around a point with a plain index, and then compares their distances.
 */
public final class Geo {

  /** Maximum radius of a search. */
  public static final double MAX_RADIUS_KM = 20;

  private static final double CELL_DEGREES = 0.05;

  /**
   * Kilometers in one degree of latitude. Rounded down, so that the box around a circle is never
   * too small.
   */
  private static final double KM_A_DEGREE = 111.1;

  private static final double EARTH_KM = 6371.0;

  /** Added to the radius of a search, because {@link Nearest} rounds distances to the meter. */
  private static final double ROUNDING_KM = 0.001;

  /**
   * Maximum number of grid columns for which the cells are listed one by one. Up to a latitude of
   * 85 degrees, a search of 20 km needs fewer columns.
   */
  private static final int MAX_COLUMNS = 100;

  private static final String ROW_END = ":";

  /** The character after {@link #ROW_END} in Unicode; it ends a range of cell names. */
  private static final String AFTER_ROW_END = ";";

  private Geo() {}

  /** A point; clients write it as {@code lat,lng}. */
  public record Point(double lat, double lng) {

    /** Parses {@code lat,lng}. Refuses any other text; {@code pointer} names the parameter. */
    public static Point parse(String text, String pointer) {
      String[] parts = text.split(",", -1);
      try {
        if (parts.length == 2) {
          Point point = new Point(Double.parseDouble(parts[0]), Double.parseDouble(parts[1]));
          if (Math.abs(point.lat) <= 90 && Math.abs(point.lng) <= 180) {
            return point;
          }
        }
      } catch (NumberFormatException e) {
        throw Refusal.invalid(pointer, "must be two numbers: lat,lng");
      }
      throw Refusal.invalid(
          pointer, "must be a latitude (-90 to 90) and a longitude (-180 to 180): lat,lng");
    }
  }

  /**
   * A box of coordinates. If it crosses the antimeridian, {@code west} is greater than {@code east}
   * (RFC 7946, 5.2).
   */
  public record Box(double south, double west, double north, double east) {

    public boolean crossesAntimeridian() {
      return west > east;
    }
  }

  /**
   * Returns the box around a circle; a radius above {@link #MAX_RADIUS_KM} counts as {@link
   * #MAX_RADIUS_KM}. A box around a pole has all longitudes.
   */
  public static Box boxAround(Point center, double radiusKm) {
    double latSpan = (Math.min(radiusKm, MAX_RADIUS_KM) + ROUNDING_KM) / KM_A_DEGREE;
    double south = center.lat() - latSpan;
    double north = center.lat() + latSpan;
    double farthest = Math.abs(center.lat()) + latSpan;
    double lngSpan = farthest < 90 ? latSpan / Math.cos(Math.toRadians(farthest)) : 180;
    if (lngSpan >= 180) {
      return new Box(Math.max(south, -90), -180, Math.min(north, 90), 180);
    }
    double west = center.lng() - lngSpan;
    double east = center.lng() + lngSpan;
    return new Box(south, west <= -180 ? west + 360 : west, north, east >= 180 ? east - 360 : east);
  }

  /** Returns the name of the cell that contains the point. */
  public static String cell(double lat, double lng) {
    return cell(index(lat), index(lng));
  }

  private static String cell(long row, long column) {
    return row + ROW_END + column;
  }

  /**
   * Names of cells of the grid. Near a pole a row has too many cells to list: then {@code cells} is
   * empty, and {@code rows} holds whole rows.
   */
  public record Cells(List<String> cells, List<Row> rows) {}

  /**
   * All cells of a row of the grid, as a range of their names: from {@code from} (included) to
   * {@code to} (excluded).
   */
  public record Row(String from, String to) {

    static Row of(long row) {
      return new Row(row + ROW_END, row + AFTER_ROW_END);
    }
  }

  /** Returns the cells that a box overlaps. */
  public static Cells cellsIn(Box box) {
    long[] rows = LongStream.rangeClosed(index(box.south()), index(box.north())).toArray();
    LongStream columns =
        box.crossesAntimeridian()
            ? LongStream.concat(columns(box.west(), 180), columns(-180, box.east()))
            : columns(box.west(), box.east());
    long[] across = columns.toArray();
    if (across.length > MAX_COLUMNS) {
      return new Cells(List.of(), LongStream.of(rows).mapToObj(Row::of).toList());
    }
    List<String> cells = new ArrayList<>();
    for (long row : rows) {
      for (long column : across) {
        cells.add(cell(row, column));
      }
    }
    return new Cells(cells, List.of());
  }

  private static LongStream columns(double west, double east) {
    return LongStream.rangeClosed(index(west), index(east));
  }

  private static long index(double degrees) {
    return (long) Math.floor(degrees / CELL_DEGREES);
  }

  /** Returns the great-circle distance in kilometers (haversine formula). */
  public static double distanceKm(Point a, Point b) {
    double lat = Math.toRadians(b.lat() - a.lat());
    double lng = Math.toRadians(b.lng() - a.lng());
    double h =
        Math.pow(Math.sin(lat / 2), 2)
            + Math.cos(Math.toRadians(a.lat()))
                * Math.cos(Math.toRadians(b.lat()))
                * Math.pow(Math.sin(lng / 2), 2);
    return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(h)));
  }
}
