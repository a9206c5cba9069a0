package baedal.audit;

/** Something that does not agree: which rule it breaks, whose it is, and what was seen. */
public record Finding(String rule, String subject, String detail) {

  @Override
  public String toString() {
    return rule + "  " + subject + "  " + detail;
  }
}
