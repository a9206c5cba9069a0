package baedal.events;

/** A place: what a person reads, and WGS 84 degrees. */
public record Address(String text, double lat, double lng) {}
