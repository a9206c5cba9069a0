package baedal.mypage;

/**
 * A notification that {@link Notifier} stores and sends.
 *
 * @param customerId null while the customer is not known
 */
record Submission(String orderId, String customerId, NotificationText text) {}
