package baedal.runtime;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import java.io.IOException;
import java.util.List;

/**
 * The body of an operation's requests, and the check of it.
 *
 * @param mediaTypes the accepted media types; clients should send the first one
 * @param rule null where the operation has no body
 * @param example a valid body from the contract, for messages
 */
record BodyRule(boolean required, List<String> mediaTypes, Rule rule, JsonNode example) {

  /**
   * For an operation without a body: an empty object is accepted, a field is a client's mistake.
   */
  static final BodyRule NO_BODY =
      new BodyRule(false, List.of(MediaTypes.JSON), null, MissingNode.getInstance());

  /**
   * Adds what is wrong with the body of a request to {@code faults}. Replaces the texts in the body
   * by their normalization form C.
   */
  void check(RoutingContext ctx, List<Refusal.Fault> faults) {
    Buffer sent = ctx.body().buffer();
    boolean none = sent == null || sent.length() == 0;
    if (none && rule == null) {
      return;
    }
    String type = ctx.request().getHeader(HttpHeaders.CONTENT_TYPE);
    if (type == null ? !none : !mediaTypes.contains(MediaTypes.essence(type))) {
      throw MediaTypes.unsupported(ctx, mediaTypes);
    }
    if (!none) {
      JsonNode json = read(sent, faults);
      if (json != null && checkJson(json, faults)) {
        ((RoutingContextInternal) ctx).setBody(Buffer.buffer(json.toString()));
      }
    } else if (required) {
      faults.add(new Refusal.Fault("", "a JSON body is required, such as " + example));
      rule.faults("", Json.mapper().createObjectNode(), RequestValidation.MAX_FAULTS).stream()
          .filter(fault -> !fault.pointer().isEmpty())
          .forEach(faults::add);
    }
  }

  /**
   * Null when the body is not JSON in UTF-8 (RFC 8259, 8.1). The parser alone accepts UTF-16, too.
   */
  private static JsonNode read(Buffer sent, List<Refusal.Fault> faults) {
    if (mayBeUtf16(sent)) {
      faults.add(new Refusal.Fault("", "is not JSON in UTF-8"));
      return null;
    }
    try {
      JsonNode json = Json.mapper().readTree(sent.getBytes());
      if (!json.isMissingNode()) {
        return json;
      }
      faults.add(new Refusal.Fault("", "is not JSON: there is nothing in it"));
    } catch (JsonProcessingException e) {
      faults.add(new Refusal.Fault("", "is not JSON: " + fault(e.getLocation())));
    } catch (IOException e) {
      faults.add(new Refusal.Fault("", "is not JSON in UTF-8"));
    }
    return null;
  }

  /** UTF-16 and UTF-32 begin with a byte order mark, or have a zero among the first bytes. */
  private static boolean mayBeUtf16(Buffer sent) {
    int first = sent.getUnsignedByte(0);
    boolean zero = first == 0 || (sent.length() > 1 && sent.getByte(1) == 0);
    return zero || first == 0xFE || first == 0xFF;
  }

  /** The parser gives no location when the whole body exceeds one of its limits. */
  private static String fault(JsonLocation at) {
    return at == null
        ? "too deeply nested, or a name or number in it is too long"
        : "look at line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  /** Returns whether a text was changed to normalization form C. */
  private boolean checkJson(JsonNode json, List<Refusal.Fault> faults) {
    boolean changed = JsonNormalizer.normalize(json, faults);
    if (faults.size() > RequestValidation.MAX_FAULTS
        || faults.stream().anyMatch(JsonNormalizer::preventsValidation)) {
      return false;
    }
    if (rule != null) {
      faults.addAll(rule.faults("", json, RequestValidation.MAX_FAULTS + 1));
    } else if (!json.isObject()) {
      faults.add(new Refusal.Fault("", "is not taken: this request has no body"));
    } else {
      json.fieldNames()
          .forEachRemaining(
              name ->
                  faults.add(
                      new Refusal.Fault(
                          "/" + Contract.escape(name), "is not taken: this request has no body")));
    }
    return changed;
  }
}
