-- NOTIFY makes all commits of the server wait for one another; a relay is woken by the writes of its own process.
DROP TRIGGER IF EXISTS outbox_written ON outbox;
DROP FUNCTION IF EXISTS outbox_written();
