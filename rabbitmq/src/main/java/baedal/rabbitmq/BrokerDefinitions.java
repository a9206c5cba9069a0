package baedal.rabbitmq;

import baedal.runtime.Config;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * Generates the RabbitMQ definitions of one virtual host with its users, for operators and for
 * {@code ./run}. RabbitMQ reads the definitions with {@code rabbitmqctl import_definitions}, with
 * its setting {@code load_definitions}, or through its management API. They contain salted password
 * hashes, never passwords.
 */
public final class BrokerDefinitions {

  private static final String ADMINISTRATOR = "administrator";
  private static final int SALT_BYTES = 4;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String USAGE =
      """
      usage: BrokerDefinitions VHOST [USER ...]
      Prints the RabbitMQ definitions of the virtual host VHOST with the given users.
      Known users: %s, %s.
      The environment variable AMQP_PASSWORD_NAME must hold the password of the user NAME.\
      """
          .formatted(String.join(", ", BrokerPermissions.USERS), ADMINISTRATOR);

  private final String vhost;
  private final ObjectNode definitions;
  private final ArrayNode users;
  private final ArrayNode permissions;

  public BrokerDefinitions(String vhost) {
    this.vhost = vhost;
    definitions = Topology.definitions(vhost);
    users = definitions.putArray("users");
    permissions = definitions.putArray("permissions");
  }

  /** Prints the definitions to standard output; {@link #USAGE} explains the arguments. */
  public static void main(String[] args) {
    System.exit(run(List.of(args), Config.fromEnvironment(), System.out, System.err));
  }

  /** Returns the exit code: 0, or 2 when an argument or a password is missing or wrong. */
  static int run(List<String> arguments, Config config, PrintStream out, PrintStream err) {
    if (arguments.isEmpty() || arguments.get(0).startsWith("-")) {
      err.println(USAGE);
      return 2;
    }
    try {
      BrokerDefinitions made = new BrokerDefinitions(arguments.get(0));
      for (String name : arguments.subList(1, arguments.size())) {
        String password = "AMQP_PASSWORD_" + name.toUpperCase(Locale.ROOT);
        if (name.equals(ADMINISTRATOR)) {
          made.administrator(name, config.text(password));
        } else {
          made.service(name, config.text(password));
        }
      }
      out.println(made.json().toPrettyString());
      return 0;
    } catch (IllegalArgumentException e) {
      err.println("BrokerDefinitions: " + e.getMessage());
      return 2;
    }
  }

  /** Adds one of {@link BrokerPermissions#USERS} with the least permissions that it needs. */
  public BrokerDefinitions service(String name, String password) {
    return user(name, password, "", BrokerPermissions.of(name));
  }

  /** Adds a user who may do everything in this virtual host and in the management API. */
  public BrokerDefinitions administrator(String name, String password) {
    return user(name, password, ADMINISTRATOR, new BrokerPermissions(".*", ".*", ".*"));
  }

  private BrokerDefinitions user(String name, String password, String tags, BrokerPermissions may) {
    users
        .addObject()
        .put("name", name)
        .put("password_hash", hash(password))
        .put("hashing_algorithm", "rabbit_password_hashing_sha256")
        .put("tags", tags);
    permissions
        .addObject()
        .put("user", name)
        .put("vhost", vhost)
        .put("configure", may.configure())
        .put("write", may.write())
        .put("read", may.read());
    return this;
  }

  public ObjectNode json() {
    return definitions;
  }

  /** RabbitMQ's salted SHA-256 (https://www.rabbitmq.com/docs/passwords). */
  private static String hash(String password) {
    byte[] salt = new byte[SALT_BYTES];
    RANDOM.nextBytes(salt);
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(salt);
      byte[] digest = sha.digest(password.getBytes(StandardCharsets.UTF_8));
      byte[] all = new byte[salt.length + digest.length];
      System.arraycopy(salt, 0, all, 0, salt.length);
      System.arraycopy(digest, 0, all, salt.length, digest.length);
      return Base64.getEncoder().encodeToString(all);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no SHA-256", e);
    }
  }
}
