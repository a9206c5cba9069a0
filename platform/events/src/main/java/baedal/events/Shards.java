package baedal.events;

/** Splits aggregates among relays: an aggregate always falls into the same shard. */
public final class Shards {

  private Shards() {}

  public static int of(String subject, int shards) {
    return Math.floorMod(subject.hashCode(), shards);
  }
}
