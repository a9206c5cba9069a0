#!/bin/sh
# Copies a snapshot of Redis. REDISCLI_AUTH is the password of the user default.
set -eu
redis-cli -h "$SERVER" --rdb /backup/redis.part
mv /backup/redis.part "/backup/redis-$(date -u +%Y%m%dT%H%M%SZ).rdb"
find /backup -name '*.rdb' -mtime "+$KEEP_DAYS" -delete
