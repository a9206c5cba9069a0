package baedal.backing;

/** A database server or broker that this JVM started on this machine. */
public interface Server {

  String name();

  /** The URI for clients, without a database or virtual host. */
  String uri();

  /** The server's process id; this JVM's id if the server runs in it; -1 if it is unknown. */
  long pid();

  /** Stops the server in an orderly way, and waits until it has ended. */
  void stop();

  /** Sends SIGKILL to the server and its child processes; they end without closing their files. */
  void kill();
}
