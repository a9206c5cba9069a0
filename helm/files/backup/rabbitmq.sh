#!/bin/sh
# Copies the definitions of RabbitMQ. They contain no messages.
set -eu
umask 077
printf 'user = "administrator:%s"\n' "$ADMINISTRATOR_PASSWORD" >/tmp/curl
curl --fail --silent --show-error --max-time 60 --config /tmp/curl --output /backup/definitions.part \
  "http://$SERVER:15672/api/definitions"
mv /backup/definitions.part "/backup/definitions-$(date -u +%Y%m%dT%H%M%SZ).json"
find /backup -name '*.json' -mtime "+$KEEP_DAYS" -delete
