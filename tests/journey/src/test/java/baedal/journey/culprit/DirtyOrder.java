package baedal.journey.culprit;

import io.vertx.core.Future;

/** Violates two rules: a domain record uses Vert.x, and its name contains a business term. */
record DirtyOrder(Future<String> later) {}
