package baedal.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The certificate by which the gateway is known, read again when its files change. */
final class Certificate {

  static final Set<String> PROTOCOLS = Set.of("TLSv1.3", "TLSv1.2");

  private static final Logger log = LoggerFactory.getLogger(Certificate.class);
  private static final long LOOK_MILLIS = 2_000;

  private final EdgeConfig.Tls files;
  private List<FileTime> read;

  Certificate(EdgeConfig.Tls files) {
    this.files = files;
    read = times();
  }

  PemKeyCertOptions options() {
    return new PemKeyCertOptions()
        .setCertPath(files.certificate().toString())
        .setKeyPath(files.key().toString());
  }

  /** From now on {@code server} shows what the files hold; as long as that is no pair, the last. */
  void follow(Vertx vertx, HttpServer server, ServerSSLOptions options) {
    vertx.setPeriodic(
        LOOK_MILLIS,
        id ->
            vertx
                .executeBlocking(this::times)
                .onSuccess(
                    times -> {
                      if (!times.equals(read)) {
                        read = times;
                        replace(server, options.copy().setKeyCertOptions(options()));
                      }
                    }));
  }

  private static void replace(HttpServer server, ServerSSLOptions options) {
    server
        .updateSSLOptions(options, true)
        .onSuccess(done -> log.info("the certificate was read anew"))
        .onFailure(e -> log.atError().setCause(e).log("the certificate stays the old one"));
  }

  /** Missing for a moment, while somebody replaces it, is a change as well. */
  private List<FileTime> times() {
    return List.of(time(files.certificate()), time(files.key()));
  }

  private static FileTime time(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      return FileTime.fromMillis(0);
    }
  }
}
