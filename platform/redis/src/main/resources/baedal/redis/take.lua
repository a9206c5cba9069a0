-- Leases the first shard of the outbox that has events and no lease, and reads its oldest events.
-- Returns the number of the shard in KEYS, from 1 (0 if there is none), the entries of the stream, and 1 if other shards
-- have events, too (else 0).
-- KEYS      the stream of the first shard, its lease, the stream of the second shard, and so on
-- ARGV[1]   the owner of the lease
-- ARGV[2]   the time of the lease in milliseconds
-- ARGV[3]   the maximum number of events
local taken = 0
local entries = {}
local more = 0
for shard = 1, #KEYS / 2 do
  local stream, lease = KEYS[2 * shard - 1], KEYS[2 * shard]
  if redis.call('XLEN', stream) > 0 then
    if taken == 0 and redis.call('SET', lease, ARGV[1], 'NX', 'PX', ARGV[2]) then
      taken = shard
      entries = redis.call('XRANGE', stream, '-', '+', 'COUNT', ARGV[3])
      if #entries == tonumber(ARGV[3]) then
        more = 1
      end
    else
      more = 1
    end
  end
end
return {taken, entries, more}
