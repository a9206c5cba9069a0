-- Returns the ids of a customer's coupons, newest first. Returns nil if the customer does not have coupon ARGV[1].
-- KEYS[1] the customer's coupons
-- ARGV[1] the last coupon of the previous page, or '' for the first page, ARGV[2] maximum number of ids
local first = 0
if ARGV[1] ~= '' then
  local rank = redis.call('ZREVRANK', KEYS[1], ARGV[1])
  if not rank then
    return false
  end
  first = rank + 1
end
return redis.call('ZRANGE', KEYS[1], first, first + ARGV[2] - 1, 'REV')
