package baedal.journey.culprit.two;

/** The service on which {@code One} depends. */
public record Two(String name) {}
