CREATE TABLE payments (
  id          text PRIMARY KEY,
  order_id    text NOT NULL,
  customer_id text NOT NULL,
  status      text NOT NULL,
  revision    bigint NOT NULL,            -- grows with every write: the optimistic lock
  sequence    bigint NOT NULL,            -- events told so far
  changed_at  timestamptz NOT NULL,
  body        jsonb NOT NULL              -- the whole Payment
);
-- An order is settled once, however many try at the same time.
CREATE UNIQUE INDEX payments_one_an_order ON payments (order_id)
  WHERE status IN ('CHARGING', 'PAID', 'DEFERRED', 'REFUNDING');
CREATE INDEX payments_of_order ON payments (order_id, id);
CREATE INDEX payments_unsettled ON payments (status, changed_at) WHERE status IN ('CHARGING', 'REFUNDING');

-- What the simulated provider remembers.
CREATE TABLE simulator_charge (
  payment_id text PRIMARY KEY,
  amount     bigint NOT NULL,
  approved   boolean NOT NULL,
  refunded   boolean NOT NULL DEFAULT false
);
