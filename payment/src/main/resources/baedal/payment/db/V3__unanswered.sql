-- Keys whose payment is still being charged: found when it ends.
CREATE INDEX idempotency_unanswered ON idempotency (payment_id) WHERE answer IS NULL;
