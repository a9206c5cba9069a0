package baedal.coupon;

import java.time.Instant;

/**
 * A campaign gives the first {@code quantity} customers one coupon each, of {@code discount} won.
 */
record Campaign(String id, String name, long discount, int quantity, Instant expiresAt) {}
