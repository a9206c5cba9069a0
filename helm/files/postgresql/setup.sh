#!/bin/sh
# Creates the database cluster at the first start, and the databases, users and passwords at every start.
set -eu
# The recovery after a crash can take minutes. A setup that gives up and is repeated would begin it again each time.
export PGCTLTIMEOUT=3600
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  # A start that was killed leaves a part of the cluster here, never in PGDATA.
  rm -rf "$PGDATA.new"
  initdb --pgdata "$PGDATA.new" --username postgres --encoding UTF8 --locale C.UTF-8 \
    --auth-local trust --auth-host scram-sha-256
  echo 'host all all all scram-sha-256' >>"$PGDATA.new/pg_hba.conf"
  mv "$PGDATA.new" "$PGDATA"
fi
# A volume may come back with other permissions, with which PostgreSQL does not start.
chmod 700 "$PGDATA"
# Nobody can connect over the network before the setup is complete.
pg_ctl start --wait --pgdata "$PGDATA" --options "-c listen_addresses='' -c unix_socket_directories=$SOCKETS"
psql --no-psqlrc --quiet --host "$SOCKETS" --username postgres --set ON_ERROR_STOP=1 --file "$(dirname "$0")/databases.sql"
pg_ctl stop --wait --mode fast --pgdata "$PGDATA"
