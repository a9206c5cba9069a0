package baedal.backing;

/** A backing service that this JVM started on this machine. */
public interface Server {

  String name();

  /** The URI that clients connect to, without a database or virtual host. */
  String uri();

  /** The id of its process: this JVM's if the server runs inside, -1 if it is unknown. */
  long pid();

  /** Asks the server to end, and waits until it has. */
  void stop();

  /** Sends SIGKILL to the server and its children, as a power cut would end them. */
  void kill();
}
