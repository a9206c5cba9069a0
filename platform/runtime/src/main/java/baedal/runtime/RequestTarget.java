package baedal.runtime;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.http.HttpServerRequestInternal;
import io.vertx.core.internal.http.HttpServerRequestWrapper;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Converts the target of a request (its path and query) to Unicode normalization form C (NFC), and
 * finds the faults in it. A target is percent-encoded UTF-8. A target without percent signs is
 * ASCII and needs no change.
 */
final class RequestTarget {

  private static final int HEX = 16;

  private final StringBuilder normalized = new StringBuilder();
  private final List<Refusal.Fault> faults = new ArrayList<>();

  private RequestTarget() {}

  /**
   * Returns a fault for each part of the target that is not UTF-8. {@code parameterAt} returns the
   * name of the path parameter in a segment, or an empty text; the first segment is 1. Throws
   * {@link IllegalArgumentException} if a percent sign is not followed by two hex digits.
   */
  static List<Refusal.Fault> faults(String uri, IntFunction<String> parameterAt) {
    return uri.indexOf('%') < 0 ? List.of() : read(uri, parameterAt).faults;
  }

  /**
   * The request with its target in NFC. Returns the same request if the target cannot be decoded.
   */
  static HttpServerRequest normalized(HttpServerRequest request) {
    String uri = request.uri();
    if (uri.indexOf('%') < 0) {
      return request;
    }
    try {
      RequestTarget target = read(uri, segment -> "");
      String normalized = target.normalized.toString();
      return target.faults.isEmpty() && !normalized.equals(uri)
          ? new NormalizedRequest(request, normalized)
          : request;
    } catch (IllegalArgumentException e) {
      return request;
    }
  }

  private static RequestTarget read(String uri, IntFunction<String> parameterAt) {
    RequestTarget target = new RequestTarget();
    int query = uri.indexOf('?');
    String[] segments = (query < 0 ? uri : uri.substring(0, query)).split("/", -1);
    for (int i = 0; i < segments.length; i++) {
      if (i > 0) {
        target.normalized.append('/');
      }
      if (!target.append(segments[i], false)) {
        target.addNotUtf8(parameterAt.apply(i));
      }
    }
    if (query >= 0) {
      target.normalized.append('?');
      target.readQuery(uri.substring(query + 1));
    }
    return target;
  }

  private void readQuery(String query) {
    int begin = 0;
    for (int i = 0; i <= query.length(); i++) {
      boolean ends = i == query.length() || query.charAt(i) == '&' || query.charAt(i) == ';';
      if (ends) {
        readParameter(query.substring(begin, i));
        if (i < query.length()) {
          normalized.append(query.charAt(i));
        }
        begin = i + 1;
      }
    }
  }

  private void readParameter(String parameter) {
    int equals = parameter.indexOf('=');
    String name = equals < 0 ? parameter : parameter.substring(0, equals);
    if (!append(name, true)) {
      addNotUtf8("");
    } else if (equals >= 0) {
      normalized.append('=');
      if (!append(parameter.substring(equals + 1), true)) {
        addNotUtf8(decoded(name, true));
      }
    }
  }

  private void addNotUtf8(String parameter) {
    String pointer = parameter.isEmpty() ? "" : "/" + Contract.escape(parameter);
    faults.add(new Refusal.Fault(pointer, "must be UTF-8, percent-encoded"));
  }

  /**
   * Appends a part of the target in Unicode normalization form C (NFC). Returns false and appends
   * nothing if the part is not UTF-8.
   */
  private boolean append(String part, boolean inQuery) {
    if (part.indexOf('%') < 0) {
      normalized.append(part);
      return true;
    }
    String text = decoded(part, inQuery);
    if (text == null) {
      return false;
    }
    String nfc = Text.nfc(text);
    normalized.append(
        nfc.equals(text)
            ? part
            : URLEncoder.encode(nfc, StandardCharsets.UTF_8).replace("+", "%20"));
    return true;
  }

  /**
   * Decodes a percent-encoded part. Returns null if the part is not UTF-8. Encoded surrogates are
   * not UTF-8 (RFC 3629, 3).
   */
  private static String decoded(String part, boolean inQuery) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(part.length());
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (c == '%') {
        bytes.write(octet(part, i));
        i += 2;
      } else {
        char plain = c == '+' && inQuery ? ' ' : c;
        bytes.writeBytes(String.valueOf(plain).getBytes(StandardCharsets.UTF_8));
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static int octet(String part, int percent) {
    int high = percent + 1 < part.length() ? Character.digit(part.charAt(percent + 1), HEX) : -1;
    int low = percent + 2 < part.length() ? Character.digit(part.charAt(percent + 2), HEX) : -1;
    if (high < 0 || low < 0) {
      throw new IllegalArgumentException("a percent sign is not followed by two hex digits");
    }
    return high * HEX + low;
  }

  /** The request with the normalized target. The router and its handlers use this request. */
  private static final class NormalizedRequest extends HttpServerRequestWrapper {

    private final String uri;
    private final int path;
    private final int query;
    private MultiMap params;

    private NormalizedRequest(HttpServerRequest request, String uri) {
      super((HttpServerRequestInternal) request);
      this.uri = uri;
      path = uri.startsWith("/") ? 0 : uri.indexOf('/', uri.indexOf("://") + 3);
      query = uri.indexOf('?');
    }

    @Override
    public String uri() {
      return uri;
    }

    @Override
    public String path() {
      return uri.substring(Math.max(0, path), query < 0 ? uri.length() : query);
    }

    @Override
    public String query() {
      return query < 0 ? null : uri.substring(query + 1);
    }

    @Override
    public MultiMap params(boolean semicolonIsNormalChar) {
      if (params == null) {
        params = MultiMap.caseInsensitiveMultiMap();
        new QueryStringDecoder(uri).parameters().forEach(params::add);
      }
      return params;
    }
  }
}
