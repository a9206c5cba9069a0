-- Locks shards for the calling transaction and reads their oldest messages. The transaction deletes the messages.
-- A shard that another relay has locked is skipped. In PL/pgSQL each statement has a new snapshot. So the messages are
-- read after the locks are taken, and a message that another relay has just deleted is not read.
-- If the server crashes, the delete may be lost: then the messages are published again, and nothing else is lost.
-- So the commit does not wait for the disk.
CREATE OR REPLACE FUNCTION take_outbox(
  max_shards int, max_messages int, OUT ids bigint[], OUT bodies text[], OUT more boolean) LANGUAGE plpgsql AS $$
DECLARE
  waiting smallint[];
  locked smallint[];
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  waiting := ARRAY(
    SELECT s.shard FROM outbox_shard s WHERE EXISTS (SELECT 1 FROM outbox o WHERE o.shard = s.shard));
  locked := ARRAY(
    SELECT s.shard FROM outbox_shard s WHERE s.shard = ANY (waiting)
     ORDER BY random() LIMIT max_shards FOR UPDATE SKIP LOCKED);
  SELECT coalesce(array_agg(m.id ORDER BY m.id), '{}'), coalesce(array_agg(m.body ORDER BY m.id), '{}')
    INTO ids, bodies
    FROM (SELECT o.id, o.body FROM outbox o WHERE o.shard = ANY (locked) ORDER BY o.id LIMIT max_messages) m;
  more := cardinality(locked) < cardinality(waiting) OR cardinality(ids) = max_messages;
END $$;
