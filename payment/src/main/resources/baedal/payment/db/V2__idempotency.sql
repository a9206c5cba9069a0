-- Which payment an Idempotency-Key led to, and how that was answered first; kept for a day.
CREATE TABLE idempotency (
  caller     text NOT NULL,
  key        text NOT NULL,
  body_hash  text NOT NULL,
  payment_id text NOT NULL,
  answer     jsonb,                       -- null until the first answer was known
  made_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_by_age ON idempotency (made_at);
