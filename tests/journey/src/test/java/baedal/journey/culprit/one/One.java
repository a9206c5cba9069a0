package baedal.journey.culprit.one;

import baedal.journey.culprit.two.Two;

/** One service that knows another. */
public record One(Two two) {}
