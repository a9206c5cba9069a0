package baedal.runtime;

import com.github.f4b6a3.uuid.UuidCreator;

/** Makes new identifiers: UUIDv7 (RFC 9562), which sort by the time of their creation. */
public final class Ids {

  private Ids() {}

  public static String next() {
    return UuidCreator.getTimeOrderedEpoch().toString();
  }
}
