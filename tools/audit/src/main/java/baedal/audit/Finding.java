package baedal.audit;

/**
 * One disagreement.
 *
 * @param rule the id of the rule, as the README lists it
 * @param subject usually the order's id
 * @param detail what was found
 */
public record Finding(String rule, String subject, String detail) {

  @Override
  public String toString() {
    return rule + "  " + subject + "  " + detail;
  }
}
