-- Saves an aggregate, marks a message seen, keeps its indexes and appends its events: all or nothing.
-- KEYS[1] the aggregate's hash, KEYS[2] the message's marker, KEYS[3] the outbox stream
-- ARGV[1] the revision it was read at (0: it was not there), ARGV[2] its new state, ARGV[3] its new sequence,
-- ARGV[4] seconds to remember the message, or '' for none, ARGV[5] index commands as JSON, ARGV[6..] events
if ARGV[4] ~= '' and redis.call('EXISTS', KEYS[2]) == 1 then
  return 'SEEN'
end
local revision = redis.call('HGET', KEYS[1], 'revision') or '0'
if revision ~= ARGV[1] then
  return 'STALE'
end
redis.call('HSET', KEYS[1], 'state', ARGV[2], 'revision', tostring(tonumber(revision) + 1), 'sequence', ARGV[3])
if ARGV[4] ~= '' then
  redis.call('SET', KEYS[2], '1', 'EX', ARGV[4])
end
for _, command in ipairs(cjson.decode(ARGV[5])) do
  redis.call(unpack(command))
end
for i = 6, #ARGV do
  redis.call('XADD', KEYS[3], '*', 'body', ARGV[i])
end
return 'SAVED'
