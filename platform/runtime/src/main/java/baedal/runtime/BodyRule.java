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
 * The rule for the request body of one operation. {@link RequestValidation} applies it.
 *
 * @param mediaTypes the accepted media types, the recommended one first
 * @param rule the rule for the JSON in the body; null if the operation has no request body
 * @param example a valid body from the contract; the refusal of a missing body shows it
 */
record BodyRule(boolean required, List<String> mediaTypes, Rule rule, JsonNode example) {

  /**
   * The rule of an operation without a request body. It accepts no body and an empty JSON object,
   * and refuses every field.
   */
  static final BodyRule NO_BODY =
      new BodyRule(false, List.of(MediaTypes.JSON), null, MissingNode.getInstance());

  private static final String NOT_ACCEPTED = "is not accepted: this operation has no request body";

  /**
   * Adds each fault of the request's body to {@code faults}, and throws a 415 refusal if its media
   * type is not accepted. Converts the texts in the body to Unicode normalization form C (NFC).
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
   * Returns null and adds a fault if the body is not JSON in UTF-8 (RFC 8259, 8.1). The parser
   * itself would also accept UTF-16.
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
      faults.add(new Refusal.Fault("", "is not JSON: it holds only white space"));
    } catch (JsonProcessingException e) {
      faults.add(new Refusal.Fault("", "cannot be read as JSON: " + fault(e.getLocation())));
    } catch (IOException e) {
      faults.add(new Refusal.Fault("", "is not JSON in UTF-8"));
    }
    return null;
  }

  /**
   * JSON in UTF-16 or UTF-32 begins with a byte order mark, or has a zero in its first two bytes.
   */
  private static boolean mayBeUtf16(Buffer sent) {
    int first = sent.getUnsignedByte(0);
    boolean zero = first == 0 || (sent.length() > 1 && sent.getByte(1) == 0);
    return zero || first == 0xFE || first == 0xFF;
  }

  /** Describes a syntax fault. The location is null if the body exceeds a limit of the parser. */
  private static String fault(JsonLocation at) {
    return at == null
        ? "it is nested too deeply, or a name or number in it is too long"
        : "the fault is at line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  /** Adds the faults of the body. Returns true if a text was converted to NFC. */
  private boolean checkJson(JsonNode json, List<Refusal.Fault> faults) {
    boolean changed = JsonNormalizer.normalize(json, faults);
    if (faults.size() > RequestValidation.MAX_FAULTS
        || faults.stream().anyMatch(JsonNormalizer::preventsValidation)) {
      return false;
    }
    if (rule != null) {
      faults.addAll(rule.faults("", json, RequestValidation.MAX_FAULTS + 1));
    } else if (!json.isObject()) {
      faults.add(new Refusal.Fault("", NOT_ACCEPTED));
    } else {
      json.fieldNames()
          .forEachRemaining(
              name -> faults.add(new Refusal.Fault("/" + Contract.escape(name), NOT_ACCEPTED)));
    }
    return changed;
  }
}
