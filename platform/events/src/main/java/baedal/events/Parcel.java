package baedal.events;

/** The goods of a courier order. */
public record Parcel(Size size, double weightKg, String description) {

  public enum Size {
    SMALL,
    MEDIUM,
    LARGE
  }
}
