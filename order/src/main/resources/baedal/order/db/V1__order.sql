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
CREATE INDEX orders_delivered ON orders (changed_at) WHERE status = 'DELIVERED';

-- Which order an Idempotency-Key placed; kept for a day.
CREATE TABLE idempotency (
  caller    text NOT NULL,
  key       text NOT NULL,
  body_hash text NOT NULL,
  order_id  text NOT NULL,
  made_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (caller, key)
);

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
