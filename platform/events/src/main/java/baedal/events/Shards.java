package baedal.events;

/**
 * Assigns each aggregate to one shard of an outbox, so that a relay can publish the events of each
 * aggregate in order.
 */
public final class Shards {

  private Shards() {}

  /** Returns the shard of a subject, from 0 to {@code shards - 1}. */
  public static int of(String subject, int shards) {
    return Math.floorMod(subject.hashCode(), shards);
  }
}
