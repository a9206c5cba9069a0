package baedal.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.RedisAPI;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A Lua script: sent once, then called by its digest. */
public final class RedisScript {

  private final String source;
  private final String digest;

  public RedisScript(URL resource) {
    try (InputStream in = resource.openStream()) {
      source = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      digest =
          HexFormat.of()
              .formatHex(
                  MessageDigest.getInstance("SHA-1")
                      .digest(source.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  public Future<Response> run(RedisAPI redis, List<String> keys, List<String> arguments) {
    return redis
        .evalsha(call(digest, keys, arguments))
        .recover(
            e ->
                String.valueOf(e.getMessage()).contains("NOSCRIPT")
                    ? redis.eval(call(source, keys, arguments))
                    : Future.failedFuture(e));
  }

  private static List<String> call(String script, List<String> keys, List<String> arguments) {
    List<String> call = new ArrayList<>();
    call.add(script);
    call.add(Integer.toString(keys.size()));
    call.addAll(keys);
    call.addAll(arguments);
    return call;
  }
}
