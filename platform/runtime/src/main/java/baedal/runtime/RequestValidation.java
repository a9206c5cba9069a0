package baedal.runtime;

import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules for the parameters and the body of one operation's requests. {@link ContractRoutes}
 * applies them.
 *
 * @param body the rule for the body; null for an operation of GET, HEAD, DELETE or OPTIONS that
 *     declares no body
 */
record RequestValidation(List<ParameterRule> parameters, BodyRule body) {

  /** Maximum number of faults that one refusal lists. */
  static final int MAX_FAULTS = 50;

  /** Maximum number of characters in all pointers and details of one refusal together. */
  private static final int MAX_FAULT_CHARS = 16_000;

  /** Throws one refusal that lists every fault of the request. */
  void check(RoutingContext ctx) {
    List<Refusal.Fault> faults = new ArrayList<>();
    parameters.forEach(parameter -> parameter.check(ctx, faults));
    ctx.queryParams().names().forEach(name -> checkKnown(name, faults));
    if (body != null) {
      body.check(ctx, faults);
    }
    if (!faults.isEmpty()) {
      throw Refusal.invalid(limited(faults));
    }
  }

  /** Bounds the size of the response: a small body can have thousands of faults. */
  private static List<Refusal.Fault> limited(List<Refusal.Fault> faults) {
    int charsLeft = MAX_FAULT_CHARS;
    for (int i = 0; i < faults.size(); i++) {
      charsLeft -= faults.get(i).pointer().length() + faults.get(i).detail().length();
      if (i == MAX_FAULTS || charsLeft < 0) {
        List<Refusal.Fault> first = new ArrayList<>(faults.subList(0, i));
        first.add(new Refusal.Fault("", "has more faults than this response lists"));
        return first;
      }
    }
    return faults;
  }

  private void checkKnown(String name, List<Refusal.Fault> faults) {
    List<String> known =
        parameters.stream().filter(ParameterRule::isInQuery).map(ParameterRule::name).toList();
    if (known.stream().noneMatch(name::equalsIgnoreCase)) {
      faults.add(
          new Refusal.Fault(
              "/" + Contract.escape(name),
              "is not a query parameter of this request"
                  + (known.isEmpty() ? "" : "; known parameters are " + String.join(", ", known))));
    }
  }
}
