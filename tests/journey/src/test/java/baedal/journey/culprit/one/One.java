package baedal.journey.culprit.one;

import baedal.journey.culprit.two.Two;

/** A service that violates a rule: it depends on another service. */
public record One(Two two) {}
