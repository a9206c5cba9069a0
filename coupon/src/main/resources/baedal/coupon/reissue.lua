-- Stores a campaign's coupon again, after Redis has lost it. Returns 0 if the coupon exists.
-- KEYS[1] the campaign's hash, KEYS[2] a hash of coupon ids: the campaign's by customer, or an order's by campaign,
-- KEYS[3] the coupon's hash, KEYS[4] the customer's coupons
-- ARGV[1] customer or campaign, ARGV[2] coupon id, ARGV[3] coupon state, ARGV[4] issued at (ms)
if redis.call('EXISTS', KEYS[3]) == 1 then
  return 0
end
if redis.call('HSETNX', KEYS[2], ARGV[1], ARGV[2]) == 1 then
  redis.call('HINCRBY', KEYS[1], 'remaining', -1)
end
redis.call('HSET', KEYS[3], 'state', ARGV[3], 'revision', '1', 'sequence', '1')
redis.call('ZADD', KEYS[4], ARGV[4], ARGV[2])
return 1
