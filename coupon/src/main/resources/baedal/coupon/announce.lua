-- Makes a campaign, once a key.
-- KEYS[1] the campaign's hash, KEYS[2] what the idempotency key made
-- ARGV[1] campaign id, ARGV[2] campaign, ARGV[3] quantity, ARGV[4] seconds to keep the key, or '' for none, ARGV[5] body hash
if ARGV[4] ~= '' then
  local made = redis.call('HMGET', KEYS[2], 'campaign', 'hash')
  if made[1] then
    return { made[1], made[2] }
  end
  redis.call('HSET', KEYS[2], 'campaign', ARGV[1], 'hash', ARGV[5])
  redis.call('EXPIRE', KEYS[2], ARGV[4])
end
redis.call('HSET', KEYS[1], 'campaign', ARGV[2], 'remaining', ARGV[3])
return { ARGV[1], ARGV[5] }
