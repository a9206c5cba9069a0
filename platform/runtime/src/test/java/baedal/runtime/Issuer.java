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

/** An OpenID Connect issuer over real HTTP. A test sets its keys and its discovery document. */
final class Issuer {

  private static final String LOOPBACK = "127.0.0.1";

  private final Vertx vertx;
  private final int port;
  private final AtomicInteger fetches = new AtomicInteger();
  private volatile List<JsonObject> published = List.of();
  private volatile String name;
  private HttpServer server;

  /** Makes an issuer that listens after {@link #start}. */
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
    publishJson(Stream.of(keys).map(SigningKey::publicKey).toArray(JsonObject[]::new));
  }

  /** Publishes these JSON Web Keys unchanged, valid or not. */
  void publishJson(JsonObject... keys) {
    published = List.of(keys);
  }

  /** Sets the {@code issuer} in the discovery document. */
  void claimToBe(String other) {
    name = other;
  }

  /** Number of times that the keys were fetched. */
  int fetches() {
    return fetches.get();
  }

  private void answer(HttpServerRequest request) {
    JsonObject answer = new JsonObject();
    if (request.path().equals("/realm/keys")) {
      fetches.incrementAndGet();
      answer.put("keys", new JsonArray(published));
    } else if (request.path().equals("/realm/.well-known/openid-configuration")) {
      answer.put("issuer", name).put("jwks_uri", uri() + "/keys");
    }
    request.response().end(answer.toBuffer());
  }

  /** A key pair with the algorithm in which it signs. */
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

    /** The same key id and key pair with another algorithm. */
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

    /** Signs this header and these claims with RS256. The claims may be invalid. */
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

    /** The public key as a JSON Web Key. */
    JsonObject publicKey() {
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
