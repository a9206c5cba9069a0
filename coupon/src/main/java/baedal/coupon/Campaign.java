package baedal.coupon;

import java.time.Instant;

/** Coupons for the first {@code quantity} customers, each worth {@code discount} won. */
record Campaign(String id, String name, long discount, int quantity, Instant expiresAt) {}
