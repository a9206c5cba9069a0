-- What only hotels have. Null in other stores, and until the store is announced anew.
ALTER TABLE store_copy ADD COLUMN hotel jsonb;
ALTER TABLE menu_copy ADD COLUMN nightly boolean NOT NULL DEFAULT false;
ALTER TABLE menu_copy ADD COLUMN max_guests integer;

-- The nights of room types that store events have named. A night without a row has no room taken, and the menu's price.
CREATE TABLE night_copy (
  store_id text NOT NULL,
  menu_id  text NOT NULL,
  night    date NOT NULL,                 -- the hotel's local date on which the night begins
  taken    integer NOT NULL,
  price    bigint,
  revision bigint NOT NULL,
  PRIMARY KEY (store_id, menu_id, night)
);
CREATE INDEX night_copy_by_night ON night_copy (night);
