-- Deletes published events from a shard of the outbox, and ends its lease.
-- KEYS[1]   the stream
-- KEYS[2]   the lease
-- ARGV[1]   the owner of the lease; a lease of another owner stays
-- ARGV[2..] the ids of the published entries; none if the events were not published
if #ARGV > 1 then
  redis.call('XDEL', KEYS[1], unpack(ARGV, 2))
end
if redis.call('GET', KEYS[2]) == ARGV[1] then
  redis.call('DEL', KEYS[2])
end
return 'OK'
