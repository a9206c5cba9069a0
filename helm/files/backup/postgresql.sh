#!/bin/sh
# Dumps the databases of order and payment. PGPASSWORD is the password of the user postgres.
set -eu
day=$(date -u +%Y%m%dT%H%M%SZ)
for service in order payment; do
  pg_dump --host "$SERVER" --username postgres --format custom --file "/backup/baedal_$service.part" "baedal_$service"
  mv "/backup/baedal_$service.part" "/backup/baedal_$service-$day.dump"
done
find /backup -name '*.dump' -mtime "+$KEEP_DAYS" -delete
