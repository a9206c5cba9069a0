package baedal.events;

/** A postal address and its WGS 84 coordinates in degrees. */
public record Address(String text, double lat, double lng) {

  /** Replaces minus zero by zero, because some databases do the same when they save it. */
  public Address {
    lat += 0.0;
    lng += 0.0;
  }
}
