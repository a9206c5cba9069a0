-- The ids of a customer's coupons, newest first; nothing where the one they are to follow is not among them.
-- KEYS[1] the customer's coupons
-- ARGV[1] the coupon they are to follow, or empty, ARGV[2] how many at most
local first = 0
if ARGV[1] ~= '' then
  local rank = redis.call('ZREVRANK', KEYS[1], ARGV[1])
  if not rank then
    return false
  end
  first = rank + 1
end
return redis.call('ZRANGE', KEYS[1], first, first + ARGV[2] - 1, 'REV')
