package baedal.events;

/** A place: what a person reads, and WGS 84 degrees. */
public record Address(String text, double lat, double lng) {

  /** Minus zero is zero: some databases keep the one as the other. */
  public Address {
    lat += 0.0;
    lng += 0.0;
  }
}
