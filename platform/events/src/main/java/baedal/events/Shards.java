package baedal.events;

/** Assigns each aggregate to a shard of the outbox, always the same. */
public final class Shards {

  private Shards() {}

  public static int of(String subject, int shards) {
    return Math.floorMod(subject.hashCode(), shards);
  }
}
