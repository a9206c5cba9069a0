#!/bin/sh
# Dumps all databases as they were at one moment. MONGO_PASSWORD is the password of the user root.
set -eu
umask 077
echo "password: $MONGO_PASSWORD" >/tmp/password
mongodump --config /tmp/password --host "$SERVER" --username root --authenticationDatabase admin --oplog --gzip \
  --archive=/backup/mongodb.part
mv /backup/mongodb.part "/backup/mongodb-$(date -u +%Y%m%dT%H%M%SZ).archive.gz"
find /backup -name '*.archive.gz' -mtime "+$KEEP_DAYS" -delete
