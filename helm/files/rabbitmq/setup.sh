#!/bin/sh
# Writes the configuration, the definitions with the users of RabbitMQ, and the cookie with which its nodes authenticate
# each other.
set -eu
umask 077
rm -f "$HOME/.erlang.cookie"
printf %s "$ERLANG_COOKIE" >"$HOME/.erlang.cookie"
# The passwords have letters and digits only. RabbitMQ stores salted hashes of them.
cat >"$DEFINITIONS" <<USERS
{
  "users": [
    {"name": "administrator", "password": "$ADMINISTRATOR_PASSWORD", "tags": "administrator"},
    {"name": "monitoring", "password": "$MONITORING_PASSWORD", "tags": "monitoring"},
    {"name": "order", "password": "$ORDER_PASSWORD", "tags": ""},
    {"name": "payment", "password": "$PAYMENT_PASSWORD", "tags": ""},
    {"name": "store", "password": "$STORE_PASSWORD", "tags": ""},
    {"name": "rider", "password": "$RIDER_PASSWORD", "tags": ""},
    {"name": "coupon", "password": "$COUPON_PASSWORD", "tags": ""},
    {"name": "mypage", "password": "$MYPAGE_PASSWORD", "tags": ""},
    {"name": "audit", "password": "$AUDIT_PASSWORD", "tags": ""}
  ],
USERS
# The topology without its first line, which is the brace that opens it.
tail -n +2 "$(dirname "$0")/definitions.json" >>"$DEFINITIONS"
# RabbitMQ stops publishers at 60 % of the memory that it knows. It may know that of the machine instead of the limit.
cp "$(dirname "$0")/rabbitmq.conf" "$CONFIGURATION"
echo "total_memory_available_override_value = $((MEMORY_LIMIT / 5 * 4))" >>"$CONFIGURATION"
