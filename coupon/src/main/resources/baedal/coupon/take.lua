-- Takes one coupon of a campaign for a customer: first come, first served, one each.
-- KEYS[1] the campaign's hash, KEYS[2] who took which, KEYS[3] the coupon's hash, KEYS[4] the customer's coupons,
-- KEYS[5] the outbox stream
-- ARGV[1] customer, ARGV[2] coupon id, ARGV[3] coupon state, ARGV[4] issued at (ms), ARGV[5] event
local had = redis.call('HGET', KEYS[2], ARGV[1])
if had then
  return had
end
if tonumber(redis.call('HGET', KEYS[1], 'remaining') or '0') <= 0 then
  return ''
end
redis.call('HINCRBY', KEYS[1], 'remaining', -1)
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[3], 'state', ARGV[3], 'revision', '1', 'sequence', '1')
redis.call('ZADD', KEYS[4], ARGV[4], ARGV[2])
redis.call('XADD', KEYS[5], '*', 'body', ARGV[5])
return ARGV[2]
