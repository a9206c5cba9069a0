package baedal.events;

/**
 * One term of a hotel for canceled reservations. It applies to a guest who cancels at least {@code
 * untilHoursBefore} hours before the check-in time. The guest gets {@code refundPercent} percent of
 * the paid amount back.
 */
public record RefundTerm(int untilHoursBefore, int refundPercent) {}
