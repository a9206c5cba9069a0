-- How much of a refunded charge was given back, in won; null in older refunds, which gave back the whole amount.
ALTER TABLE simulator_charge ADD COLUMN refunded_amount bigint;
