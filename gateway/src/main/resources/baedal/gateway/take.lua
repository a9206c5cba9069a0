-- Takes one request from each of the buckets KEYS, or from none of them. ARGV holds, for each, how many it holds,
-- which is also how many flow in within a minute. Answers 1 or 0, then the level of each bucket in thousandths.
-- Redis tells the time, so that replicas need not agree on it.
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
    redis.call('PEXPIRE', key, MINUTE) -- one that is forgotten then is full
  end
  answer[i + 1] = math.floor(levels[i] * 1000)
end
return answer
