CREATE TABLE orders (
  id          text PRIMARY KEY,           -- UUIDv7: sorts by the time of placing
  customer_id text NOT NULL,
  store_id    text NOT NULL,
  status      text NOT NULL,
  revision    bigint NOT NULL,            -- grows with every write: the optimistic lock
  sequence    bigint NOT NULL,            -- events told so far
  expires_at  timestamptz NOT NULL,
  changed_at  timestamptz NOT NULL,
  body        jsonb NOT NULL              -- the whole Order
);
CREATE INDEX orders_of_customer ON orders (customer_id, id DESC);
CREATE INDEX orders_unpaid ON orders (expires_at) WHERE status = 'PLACED';
CREATE INDEX orders_served ON orders (changed_at) WHERE status IN ('DELIVERED', 'COOKED');

-- What an Idempotency-Key was answered: the order as it was placed; kept for a day.
CREATE TABLE idempotency (
  caller    text NOT NULL,
  key       text NOT NULL,
  body_hash text NOT NULL,
  answer    jsonb NOT NULL,
  made_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_by_age ON idempotency (made_at);

-- Our own copy of what stores sell, kept fresh by store events.
CREATE TABLE store_copy (
  store_id text PRIMARY KEY,
  owner_id text NOT NULL,
  name     text NOT NULL,
  open     boolean NOT NULL,
  address  jsonb NOT NULL,
  sequence bigint NOT NULL                -- of the newest event seen
);
CREATE TABLE menu_copy (
  store_id text NOT NULL,
  menu_id  text NOT NULL,
  name     text NOT NULL,
  price    bigint NOT NULL,
  stock    integer,
  options  jsonb NOT NULL,
  removed  boolean NOT NULL,
  revision bigint NOT NULL,
  PRIMARY KEY (store_id, menu_id)
);
