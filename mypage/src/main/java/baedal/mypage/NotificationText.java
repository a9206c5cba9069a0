package baedal.mypage;

/**
 * The text of a notification about one change of an order. {@code changeId} identifies the change
 * within its order: the customer is notified once for each change.
 */
record NotificationText(String changeId, String text) {}
