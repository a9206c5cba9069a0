-- Records that an order is withdrawn. Returns the ids of the coupons that it brought before.
-- KEYS[1] the set of withdrawn orders, KEYS[2] the order's hash from campaign to coupon id
-- ARGV[1] order
redis.call('SADD', KEYS[1], ARGV[1])
return redis.call('HVALS', KEYS[2])
