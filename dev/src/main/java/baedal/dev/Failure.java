package baedal.dev;

/** Why the system cannot start, in one line that says what to do. */
public final class Failure extends RuntimeException {

  Failure(String message) {
    super(message, null, false, false);
  }
}
