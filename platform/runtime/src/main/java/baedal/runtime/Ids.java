package baedal.runtime;

import com.github.f4b6a3.uuid.UuidCreator;

/** New identifiers: UUIDv7 (RFC 9562), so that they sort by the time they were made. */
public final class Ids {

  private Ids() {}

  public static String next() {
    return UuidCreator.getTimeOrderedEpoch().toString();
  }
}
