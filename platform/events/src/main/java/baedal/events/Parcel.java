package baedal.events;

/** What a courier carries; the weight in kilograms. */
public record Parcel(Size size, double weightKg, String description) {

  public enum Size {
    SMALL,
    MEDIUM,
    LARGE
  }
}
