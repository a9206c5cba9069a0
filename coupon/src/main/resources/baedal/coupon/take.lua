-- Takes a coupon of a campaign for a customer. A customer who already has a coupon of the campaign gets that coupon.
-- Returns an empty list if no coupon is left. If the idempotency key has a stored answer, returns that answer.
-- KEYS[1] the campaign's hash, KEYS[2] the hash from customer to coupon id, KEYS[3] the coupon's hash,
-- KEYS[4] the customer's coupons, KEYS[5] the outbox stream, KEYS[6] the stored answer of the idempotency key
-- ARGV[1] customer, ARGV[2] coupon id, ARGV[3] coupon state, ARGV[4] issued at (ms), ARGV[5] event,
-- ARGV[6] seconds to keep the answer, or '' without an idempotency key, ARGV[7] body hash,
-- ARGV[8] prefix of the keys of coupons' hashes
if ARGV[6] ~= '' then
  local first = redis.call('HMGET', KEYS[6], 'answer', 'hash')
  if first[1] then
    return first
  end
end
local answer = ARGV[3]
local had = redis.call('HGET', KEYS[2], ARGV[1])
if had then
  answer = redis.call('HGET', ARGV[8] .. had, 'state')
elseif tonumber(redis.call('HGET', KEYS[1], 'remaining') or '0') <= 0 then
  return {}
else
  redis.call('HINCRBY', KEYS[1], 'remaining', -1)
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
  redis.call('HSET', KEYS[3], 'state', ARGV[3], 'revision', '1', 'sequence', '1')
  redis.call('ZADD', KEYS[4], ARGV[4], ARGV[2])
  redis.call('XADD', KEYS[5], '*', 'body', ARGV[5])
end
if ARGV[6] ~= '' then
  redis.call('HSET', KEYS[6], 'answer', answer, 'hash', ARGV[7])
  redis.call('EXPIRE', KEYS[6], ARGV[6])
end
return { answer, ARGV[7] }
