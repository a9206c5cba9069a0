-- Takes one request from each of the buckets KEYS if all of them hold at least one; otherwise takes none.
-- ARGV holds the limit of each bucket: the maximum number of requests in it. As many requests are added per minute.
-- Returns 1 if requests were taken and 0 if not, then the level of each bucket in thousandths of a request.
-- The time is the clock of Redis, so the clocks of replicas may differ.
local MINUTE = 60000
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local levels = {}
local taken = 1
for i, key in ipairs(KEYS) do
  local limit = tonumber(ARGV[i])
  local level, at = unpack(redis.call('HMGET', key, 'level', 'at'))
  levels[i] = limit
  if level then
    levels[i] = math.min(limit, level + math.max(0, now - at) * limit / MINUTE)
  end
  if levels[i] < 1 then
    taken = 0
  end
end
local answer = {taken}
for i, key in ipairs(KEYS) do
  levels[i] = levels[i] - taken
  if taken == 1 then
    redis.call('HSET', key, 'level', levels[i], 'at', now)
    redis.call('PEXPIRE', key, MINUTE) -- after one minute the bucket is full, as a missing one
  end
  answer[i + 1] = math.floor(levels[i] * 1000)
end
return answer
