-- Issues the coupon of a campaign that a paid order brings. Returns 1 if it did. Returns 0 if the order has brought a
-- coupon of this campaign before, if the order is withdrawn, or if no coupon is left.
-- KEYS[1] the campaign's hash, KEYS[2] the order's hash from campaign to coupon id, KEYS[3] the coupon's hash,
-- KEYS[4] the customer's coupons, KEYS[5] the outbox stream, KEYS[6] the set of withdrawn orders
-- ARGV[1] campaign, ARGV[2] coupon id, ARGV[3] coupon state, ARGV[4] issued at (ms), ARGV[5] event, ARGV[6] order
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1
    or redis.call('SISMEMBER', KEYS[6], ARGV[6]) == 1
    or tonumber(redis.call('HGET', KEYS[1], 'remaining') or '0') <= 0 then
  return 0
end
redis.call('HINCRBY', KEYS[1], 'remaining', -1)
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[3], 'state', ARGV[3], 'revision', '1', 'sequence', '1')
redis.call('ZADD', KEYS[4], ARGV[4], ARGV[2])
redis.call('XADD', KEYS[5], '*', 'body', ARGV[5])
return 1
