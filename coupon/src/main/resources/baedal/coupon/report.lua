-- Counts the coupons of a campaign. Returns an empty list if the campaign does not exist; else the campaign, the number
-- of coupons that are left, and the sizes of the three sets.
-- KEYS[1] the campaign's hash, KEYS[2] its used coupons, KEYS[3] its revoked coupons,
-- KEYS[4] its used coupons whose order is withdrawn
local found = redis.call('HMGET', KEYS[1], 'campaign', 'remaining')
if not found[1] then
  return {}
end
return {
  found[1], tonumber(found[2]), redis.call('SCARD', KEYS[2]), redis.call('SCARD', KEYS[3]), redis.call('SCARD', KEYS[4])
}
