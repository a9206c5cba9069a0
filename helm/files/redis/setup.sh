#!/bin/sh
# Writes the users of Redis. Each service may use its own keys only, and no command for administrators. INFO tells coupon
# when Redis has restarted.
set -eu
umask 077
hash() {
  printf %s "$1" | sha256sum | cut -c 1-64
}
cat >"$USERS" <<USERS
user default on #$(hash "$REDIS_PASSWORD") ~* &* +@all
user coupon on #$(hash "$COUPON_PASSWORD") ~coupon:* +@all -@admin -@dangerous +info
user gateway on #$(hash "$GATEWAY_PASSWORD") ~rate:* +@all -@admin -@dangerous
USERS
