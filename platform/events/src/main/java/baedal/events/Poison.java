package baedal.events;

/** A message that can never be handled: not JSON, of an unknown type or version, or too large. */
public final class Poison extends RuntimeException {

  public Poison(String reason, Throwable cause) {
    super(reason, cause);
  }

  public Poison(String reason) {
    this(reason, null);
  }
}
