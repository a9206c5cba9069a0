package baedal.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** An OpenID Connect issuer over real HTTP, whose keys and documents a test controls. */
final class Issuer {

  private static final String LOOPBACK = "127.0.0.1";

  private final Vertx vertx;
  private final int port;
  private final AtomicInteger asked = new AtomicInteger();
  private volatile List<JsonObject> published = List.of();
  private volatile String name;
  private HttpServer server;

  /** Not listening until {@link #start}. */
  Issuer(Vertx vertx, int port) {
    this.vertx = vertx;
    this.port = port;
    name = uri();
  }

  String uri() {
    return "http://" + LOOPBACK + ":" + port + "/realm";
  }

  void start() {
    server = vertx.createHttpServer().requestHandler(this::answer).listen(port, LOOPBACK).await();
  }

  void stop() {
    server.close().await();
  }

  void publish(SigningKey... keys) {
    publishAsItIs(Stream.of(keys).map(SigningKey::open).toArray(JsonObject[]::new));
  }

  void publishAsItIs(JsonObject... keys) {
    published = List.of(keys);
  }

  /** Sets the {@code issuer} in the discovery document. */
  void claimToBe(String other) {
    name = other;
  }

  /** How often the keys were fetched. */
  int asked() {
    return asked.get();
  }

  private void answer(HttpServerRequest request) {
    JsonObject answer = new JsonObject();
    if (request.path().equals("/realm/keys")) {
      asked.incrementAndGet();
      answer.put("keys", new JsonArray(published));
    } else if (request.path().equals("/realm/.well-known/openid-configuration")) {
      answer.put("issuer", name).put("jwks_uri", uri() + "/keys");
    }
    request.response().end(answer.toBuffer());
  }

  /** A key pair, and the algorithm it is for. */
  record SigningKey(String kid, String algorithm, KeyPair pair) {

    static SigningKey of(String kid, String algorithm) {
      try {
        KeyPairGenerator generator =
            KeyPairGenerator.getInstance(algorithm.startsWith("ES") ? "EC" : "RSA");
        if (algorithm.startsWith("ES")) {
          generator.initialize(new ECGenParameterSpec("secp256r1"));
        } else {
          generator.initialize(2048);
        }
        return new SigningKey(kid, algorithm, generator.generateKeyPair());
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    /** The same key pair under the name of another algorithm. */
    SigningKey as(String other) {
      return new SigningKey(kid, other, pair);
    }

    String token(Vertx vertx, JsonObject claims) {
      String pem =
          "-----BEGIN PRIVATE KEY-----\n"
              + Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded())
              + "\n-----END PRIVATE KEY-----\n";
      return JWTAuth.create(
              vertx,
              new JWTAuthOptions()
                  .addPubSecKey(
                      new PubSecKeyOptions().setId(kid).setAlgorithm(algorithm).setBuffer(pem)))
          .generateToken(claims, new JWTOptions().setAlgorithm(algorithm));
    }

    /** A token of this header and these claims, unchecked, and signed with RS256. */
    String sign(JsonObject header, String claims) {
      Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
      String content =
          base64.encodeToString(
                  header.copy().put("alg", "RS256").put("kid", kid).encode().getBytes(UTF_8))
              + "."
              + base64.encodeToString(claims.getBytes(UTF_8));
      try {
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(pair.getPrivate());
        signature.update(content.getBytes(UTF_8));
        return content + "." + base64.encodeToString(signature.sign());
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    JsonObject open() {
      JsonObject key = new JsonObject().put("kid", kid).put("alg", algorithm).put("use", "sig");
      if (pair.getPublic() instanceof RSAPublicKey rsa) {
        return key.put("kty", "RSA")
            .put("n", number(rsa.getModulus(), 256))
            .put("e", number(rsa.getPublicExponent(), 3));
      }
      ECPublicKey ec = (ECPublicKey) pair.getPublic();
      return key.put("kty", "EC")
          .put("crv", "P-256")
          .put("x", number(ec.getW().getAffineX(), 32))
          .put("y", number(ec.getW().getAffineY(), 32));
    }

    private static String number(BigInteger number, int length) {
      byte[] signed = number.toByteArray();
      byte[] bytes = new byte[length];
      int size = Math.min(length, signed.length);
      System.arraycopy(signed, signed.length - size, bytes, length - size, size);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
  }
}
