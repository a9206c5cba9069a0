package baedal.events;

/** A postal address and its WGS 84 coordinates in degrees. */
public record Address(String text, double lat, double lng) {

  /** Stores minus zero as zero, because some databases do. */
  public Address {
    lat += 0.0;
    lng += 0.0;
  }
}
