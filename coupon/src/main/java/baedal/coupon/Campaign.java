package baedal.coupon;

import java.time.Instant;

/** Coupons for whoever comes first: {@code quantity} of them, each worth {@code discount} won. */
record Campaign(String id, String name, long discount, int quantity, Instant expiresAt) {}
