#!/bin/sh
# Plays one order from the store to the customer's confirmation, as three people of the realm.
# The customer pays on delivery, so no payment provider charges a card.
set -eu

fail() {
  echo "failed: $*" >&2
  exit 1
}

# Prints the first text or number with this name in the JSON of $body.
field() {
  printf %s "$body" | sed -n "s/.*\"$1\" *: *\"\{0,1\}\([^\",}]*\).*/\1/p" | head -n 1
}

# Sets $token to an access token of the person.
sign_in() {
  body=$(curl --silent --show-error --max-time 20 --retry 5 --retry-all-errors --cacert /etc/keycloak/ca.crt \
    "$ISSUER/protocol/openid-connect/token" --data grant_type=password --data client_id=baedal-test \
    --data-urlencode "client_secret=$TEST_CLIENT_SECRET" --data "username=$1" \
    --data-urlencode "password=$PEOPLE_PASSWORD") || fail "Keycloak does not answer"
  token=$(field access_token)
  [ -n "$token" ] || fail "Keycloak gives $1 no token: $body"
}

# Calls the gateway: METHOD PATH [BODY]. Sets $body. curl repeats a 503, under the same idempotency key.
call() {
  key=$(cat /proc/sys/kernel/random/uuid)
  body=$(curl --silent --show-error --insecure --max-time 20 --retry 10 --fail-with-body --request "$1" "$GATEWAY$2" \
    --header "Authorization: Bearer $token" --header "Idempotency-Key: $key" ${3:+--json "$3"}) ||
    fail "$1 $2: $body"
}

# Repeats GET PATH for up to 60 seconds, until the response contains the text.
await() {
  deadline=$(($(date +%s) + 60))
  until body=$(curl --silent --insecure --max-time 20 "$GATEWAY$1" --header "Authorization: Bearer $token") &&
    case $body in *"$2"*) true ;; *) false ;; esac; do
    [ "$(date +%s)" -lt "$deadline" ] || fail "GET $1 does not contain $2: $body"
    sleep 1
  done
}

sign_in rider && rider=$token
sign_in owner && owner=$token
sign_in customer && customer=$token

token=$owner
call POST /stores '{"name": "helm test", "kind": "FOOD", "address": {"text": "helm test", "lat": 37.56, "lng": 126.92}}'
store=$(field storeId)
call PUT "/stores/$store/menus/m-1" '{"name": "helm test", "price": 9000}'
call PATCH "/stores/$store" '{"open": true}'
echo "store $store is open"

token=$customer
await "/stores/$store/menus" m-1
call POST /orders "{\"storeId\": \"$store\", \"fulfilment\": \"DELIVERY\", \"lines\": [{\"menuId\": \"m-1\", \"quantity\": 2}],
  \"address\": {\"text\": \"helm test\", \"lat\": 37.561, \"lng\": 126.921}}"
order=$(field orderId)
due=$(field due)
call POST /payments "{\"orderId\": \"$order\", \"method\": \"ON_DELIVERY\"}"
echo "order $order of $due won is placed"

token=$owner
await "/foodCookings/$order" RECEIVED
call POST "/foodCookings/$order/accept"
call POST "/foodCookings/$order/start"
call POST "/foodCookings/$order/finish"
echo "the store has cooked it"

token=$rider
call PUT /riders/me/location '{"lat": 37.56, "lng": 126.92}'
await "/deliveries/$order" OPEN
call POST "/deliveries/$order/claim"
call POST "/deliveries/$order/pick"
call POST "/deliveries/$order/deliver" "{\"collected\": $due}"
echo "the rider has delivered it"

token=$customer
await "/orders/$order" DELIVERED
call POST "/orders/$order/confirm"
await "/mypages/$order" COMPLETED
token=$owner
call PATCH "/stores/$store" '{"open": false}'
echo "the order is COMPLETED, and the customer's page shows it"
