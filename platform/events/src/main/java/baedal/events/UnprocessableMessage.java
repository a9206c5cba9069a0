package baedal.events;

/** A message that can never be handled: not JSON, of an unknown type or version, or too large. */
public final class UnprocessableMessage extends RuntimeException {

  public UnprocessableMessage(String reason, Throwable cause) {
    super(reason, cause);
  }

  public UnprocessableMessage(String reason) {
    this(reason, null);
  }
}
