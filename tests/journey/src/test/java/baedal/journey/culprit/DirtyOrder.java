package baedal.journey.culprit;

import io.vertx.core.Future;

/** A domain record that knows Vert.x, and is named after the business where no business belongs. */
record DirtyOrder(Future<String> later) {}
