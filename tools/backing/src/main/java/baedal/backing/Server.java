package baedal.backing;

/** A backing service on this machine. */
public interface Server {

  String name();

  /** What clients connect to, without a database or virtual host. */
  String uri();

  /** Its process, or this one when it runs inside. */
  long pid();

  void stop();

  /** SIGKILL, to it and to what it started: as a power cut would. */
  void kill();
}
