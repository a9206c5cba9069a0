-- Stores a campaign. If the idempotency key has a stored answer, returns that answer and stores nothing.
-- KEYS[1] the campaign's hash, KEYS[2] the stored answer of the idempotency key,
-- KEYS[3] the campaigns that come with paid orders, sorted by their end
-- ARGV[1] campaign, ARGV[2] quantity, ARGV[3] seconds to keep the answer, or '' without an idempotency key,
-- ARGV[4] body hash, ARGV[5] campaign id, ARGV[6] end of the campaign (ms) if it comes with paid orders, or ''
if ARGV[3] ~= '' then
  local first = redis.call('HMGET', KEYS[2], 'answer', 'hash')
  if first[1] then
    return first
  end
  redis.call('HSET', KEYS[2], 'answer', ARGV[1], 'hash', ARGV[4])
  redis.call('EXPIRE', KEYS[2], ARGV[3])
end
redis.call('HSET', KEYS[1], 'campaign', ARGV[1], 'remaining', ARGV[2])
if ARGV[6] ~= '' then
  redis.call('ZADD', KEYS[3], ARGV[6], ARGV[5])
end
return { ARGV[1], ARGV[4] }
