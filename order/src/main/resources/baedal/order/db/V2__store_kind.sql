-- Decides the store's fulfilments. Null until the store is announced anew: then all are allowed.
ALTER TABLE store_copy ADD COLUMN kind text;
