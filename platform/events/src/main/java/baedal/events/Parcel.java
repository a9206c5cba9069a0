package baedal.events;

/** The goods of a courier order; the weight is in kilograms. */
public record Parcel(Size size, double weightKg, String description) {

  public enum Size {
    SMALL,
    MEDIUM,
    LARGE
  }
}
