package baedal.events;

/**
 * A hotel's promise: whoever cancels at least {@code untilHoursBefore} hours before the check-in
 * time gets {@code refundPercent} percent of the paid amount back.
 */
public record RefundTerm(int untilHoursBefore, int refundPercent) {}
