package baedal.runtime;

import java.util.ArrayList;
import java.util.List;

/**
 * Places on the globe, in WGS 84 degrees. A place lies in a cell of a grid; what is near is looked
 * for in the cells around, by a plain index that any database has, and refined by distance.
 */
public final class Geo {

  /** How far a search may reach. */
  public static final double MAX_RADIUS_KM = 20;

  private static final double CELL_DEGREES = 0.05;

  /** A little less than it is: what is around a circle is never too small. */
  private static final double KM_A_DEGREE = 111.1;

  private static final double EARTH_KM = 6371.0;
  private static final double NEAREST_POLE = 89.0;

  private Geo() {}

  /** A point, as clients write it: {@code lat,lng}. */
  public record Point(double lat, double lng) {

    /** Refuses what is no point. */
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
      throw Refusal.invalid(pointer, "must be a latitude and a longitude: lat,lng");
    }
  }

  /** From south-west to north-east. */
  public record Box(double south, double west, double north, double east) {}

  /** What a circle fits into; {@code radiusKm} is capped. */
  public static Box boxAround(Point center, double radiusKm) {
    double radius = Math.min(radiusKm, MAX_RADIUS_KM);
    double latSpan = radius / KM_A_DEGREE;
    double shrink =
        Math.cos(Math.toRadians(Math.min(Math.abs(center.lat()) + latSpan, NEAREST_POLE)));
    double lngSpan = radius / (KM_A_DEGREE * shrink);
    return new Box(
        center.lat() - latSpan,
        center.lng() - lngSpan,
        center.lat() + latSpan,
        center.lng() + lngSpan);
  }

  public static String cell(double lat, double lng) {
    return cell((long) Math.floor(lat / CELL_DEGREES), (long) Math.floor(lng / CELL_DEGREES));
  }

  private static String cell(long row, long column) {
    return row + ":" + column;
  }

  /** The cells that a circle touches (and some at its corners); {@code radiusKm} is capped. */
  public static List<String> cellsAround(Point center, double radiusKm) {
    Box box = boxAround(center, radiusKm);
    List<String> cells = new ArrayList<>();
    for (long row = row(box.south()); row <= row(box.north()); row++) {
      for (long column = row(box.west()); column <= row(box.east()); column++) {
        cells.add(cell(row, column));
      }
    }
    return cells;
  }

  private static long row(double degrees) {
    return (long) Math.floor(degrees / CELL_DEGREES);
  }

  /** The great-circle distance in kilometers (haversine). */
  public static double distanceKm(Point a, Point b) {
    double lat = Math.toRadians(b.lat() - a.lat());
    double lng = Math.toRadians(b.lng() - a.lng());
    double h =
        Math.pow(Math.sin(lat / 2), 2)
            + Math.cos(Math.toRadians(a.lat()))
                * Math.cos(Math.toRadians(b.lat()))
                * Math.pow(Math.sin(lng / 2), 2);
    return 2 * EARTH_KM * Math.asin(Math.sqrt(h));
  }
}
