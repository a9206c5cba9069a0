-- Events that wait to be published: written in the transaction of the state they tell of.
CREATE TABLE outbox (
  id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  shard smallint NOT NULL,
  body  text NOT NULL
);
CREATE INDEX outbox_by_shard ON outbox (shard, id);

-- What a relay locks while it publishes: all events of an aggregate are in one shard.
CREATE TABLE outbox_shard (shard smallint PRIMARY KEY);
INSERT INTO outbox_shard SELECT generate_series(0, 15);

-- Events that have had their effect: written in the transaction of the effect.
CREATE TABLE inbox (
  message_id text PRIMARY KEY,
  seen_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX inbox_by_age ON inbox (seen_at);

-- Wakes the relays of other replicas.
CREATE FUNCTION outbox_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('outbox', '');
  RETURN NULL;
END $$;
CREATE TRIGGER outbox_written AFTER INSERT ON outbox
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_written();
