package baedal.rabbitmq;

/** Splits aggregates among relays: an aggregate always falls into the same shard. */
final class Shards {

  private Shards() {}

  static int of(String subject, int shards) {
    return Math.floorMod(subject.hashCode(), shards);
  }
}
