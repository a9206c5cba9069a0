-- Saves an aggregate, its indexes and its events, and the id of the message that caused the change.
-- Returns SAVED; SEEN if the message was handled before; STALE if the revision has changed.
-- KEYS[1]   the hash of the aggregate
-- KEYS[2]   the key of the message id
-- KEYS[3]   the outbox stream
-- ARGV[1]   the revision that was read; 0 if the aggregate did not exist
-- ARGV[2]   the new state
-- ARGV[3]   the new sequence
-- ARGV[4]   for how many seconds to keep the message id; '' if no message caused the change
-- ARGV[5]   the index commands as JSON
-- ARGV[6..] the events
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
