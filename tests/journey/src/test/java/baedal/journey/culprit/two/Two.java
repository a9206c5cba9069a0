package baedal.journey.culprit.two;

/** What one service should not have known. */
public record Two(String name) {}
