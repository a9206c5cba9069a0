package baedal.events;

/**
 * Thrown for a message that would fail again in every retry: not JSON, of an unknown type or
 * version, too large, or with a value that its consumer cannot apply. The consumer makes the
 * message a dead letter.
 */
public final class UnprocessableMessage extends RuntimeException {

  public UnprocessableMessage(String reason, Throwable cause) {
    super(reason, cause);
  }

  public UnprocessableMessage(String reason) {
    this(reason, null);
  }
}
