package baedal.audit;

/**
 * One disagreement between the databases, or a number of messages that should not be there, as
 * {@link Audit} prints it.
 *
 * @param rule the id of the broken rule; the README lists all rules
 * @param subject the id of the order, unless the README names another subject for the rule
 * @param detail the values that disagree, or the number of messages that should not be there
 */
public record Finding(String rule, String subject, String detail) {

  @Override
  public String toString() {
    return rule + "  " + subject + "  " + detail;
  }
}
