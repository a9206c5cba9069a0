#!/bin/bash
# Creates the replica set at the first start, and the users and passwords at every start.
set -eu
umask 077
# Members of a replica set authenticate each other with this file. The set has one member, which derives it.
printf %s "$MONGO_PASSWORD" | sha256sum | cut -c 1-64 >"$KEY_FILE"
# The member's own name must resolve to an address on which it listens.
mongod --dbpath /data/db --replSet baedal --keyFile "$KEY_FILE" --bind_ip "localhost,$MEMBER" \
  --fork --logpath /tmp/setup.log || { cat /tmp/setup.log; exit 1; }
mongosh --quiet --norc mongodb://localhost:27017/admin --file "$(dirname "$0")/users.js"
mongod --dbpath /data/db --shutdown
