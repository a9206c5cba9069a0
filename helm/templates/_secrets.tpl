{{/*
Where each secret lies. The result maps the name of a secret to:
  name, key   the Kubernetes Secret and its key
  source      existing, external (an ExternalSecret of this chart), generated, or missing
  path        the values that configure it, for messages
  remote      the entry in the external store, if the source is external
Use: include "baedal.secrets" . | fromYaml
*/}}
{{- define "baedal.secrets" -}}
{{- $fullname := include "baedal.fullname" . -}}
{{- $catalog := dict -}}
{{- range include "baedal.secretList" . | fromYamlArray -}}
{{- $reference := .reference | default dict -}}
{{- $secret := dict "path" .path "source" "missing" -}}
{{- if $reference.existingSecret -}}
{{- $secret = dict "source" "existing" "name" $reference.existingSecret "key" ($reference.key | default .name) -}}
{{- else if $reference.remote -}}
{{- $secret = dict "source" "external" "name" (printf "%s-external" $fullname) "key" .name "remote" $reference.remote -}}
{{- else if .generated -}}
{{- $secret = dict "source" "generated" "name" (printf "%s-generated" $fullname) "key" .name -}}
{{- else if .fallback -}}
{{- $secret = omit (get $catalog .fallback) "remote" | merge (dict "source" "fallback") -}}
{{- end -}}
{{- $_ := set $catalog .name (merge $secret (dict "path" .path)) -}}
{{- end -}}
{{- toYaml $catalog -}}
{{- end -}}

{{/*
All secrets that are read from outside: name, path and reference in the values, whether the chart generates the secret
if there is no reference, and which other secret it falls back to.
*/}}
{{- define "baedal.secretList" -}}
{{- $values := .Values -}}
{{- $list := list
      (dict "name" "token-secret" "path" "secrets.tokenSecret" "reference" .Values.secrets.tokenSecret
        "generated" .Values.secrets.generate)
      (dict "name" "provider-key" "path" "secrets.providerKey" "reference" .Values.secrets.providerKey)
      (dict "name" "messenger-key" "path" "secrets.messengerKey" "reference" .Values.secrets.messengerKey) -}}
{{- range $store, $users := dict
      "postgresql" (list "order" "payment")
      "mongodb" (list "store" "rider" "mypage")
      "redis" (list "coupon" "gateway") -}}
{{- $server := get $values $store -}}
{{- range $user := $users -}}
{{- $name := printf "%s-%s-uri" $user $store -}}
{{- $list = append $list (dict "name" $name "path" (printf "%s.external.%s" $store $user)
      "reference" (get $server.external $user) "generated" $server.enabled) -}}
{{- $others := ternary (list "Migration" "Audit") (list "Audit") (eq $store "postgresql") -}}
{{- range $purpose := ternary (list) $others (eq $user "gateway") -}}
{{- $list = append $list (dict "name" (printf "%s-%s-%s-uri" $user (lower $purpose) $store)
      "path" (printf "%s.external.%s%s" $store $user $purpose)
      "reference" (get $server.external (print $user $purpose)) "fallback" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $user := list "order" "payment" "store" "rider" "coupon" "mypage" "audit" -}}
{{- $list = append $list (dict "name" (printf "%s-amqp-uri" $user) "path" (printf "rabbitmq.external.%s" $user)
      "reference" (get $values.rabbitmq.external $user) "generated" $values.rabbitmq.enabled) -}}
{{- end -}}
{{- $list = append $list (dict "name" "rabbitmq-management-uri" "path" "rabbitmq.external.management"
      "reference" .Values.rabbitmq.external.management "generated" .Values.rabbitmq.enabled) -}}
{{- toYaml $list -}}
{{- end -}}

{{/*
The Secret and the key of a secret, as the fields of a secretKeyRef.
Takes (dict "root" $ "secret" "order-postgresql-uri"). A missing secret fails the render.
*/}}
{{- define "baedal.secretKeyRef" -}}
{{- $secret := get (include "baedal.secrets" .root | fromYaml) .secret -}}
{{- if not $secret }}{{ fail (printf "the chart has no secret %q" .secret) }}{{ end -}}
{{- if eq $secret.source "missing" -}}
{{- fail (printf "%s is not set: name the Secret and the key that hold the value" $secret.path) -}}
{{- end -}}
name: {{ $secret.name }}
key: {{ $secret.key }}
{{- end -}}

{{/* One environment variable from a secret. Takes (dict "root" $ "variable" "AMQP_URI" "secret" "order-amqp-uri"). */}}
{{- define "baedal.secretVariable" -}}
- name: {{ .variable }}
  valueFrom:
    secretKeyRef:
      {{- include "baedal.secretKeyRef" . | nindent 6 }}
{{- end -}}

{{/*
One environment variable from the generated Secret, for the servers that the chart itself starts.
Takes (dict "root" $ "variable" "POSTGRES_PASSWORD" "key" "postgresql-password").
*/}}
{{- define "baedal.generatedVariable" -}}
- name: {{ .variable }}
  valueFrom:
    secretKeyRef:
      name: {{ include "baedal.fullname" .root }}-generated
      key: {{ .key }}
{{- end -}}

{{/*
The passwords that the chart generates for the servers it starts, as a list of keys of the generated Secret.
The users are: postgres, order and payment in PostgreSQL; root, store, rider and mypage in MongoDB; default, coupon and
gateway in Redis; administrator, monitoring, audit and each service in RabbitMQ; admin in Keycloak.
*/}}
{{- define "baedal.generatedPasswords" -}}
{{- $keys := list -}}
{{- if eq (get (include "baedal.secrets" . | fromYaml) "token-secret").source "generated" }}{{ $keys = append $keys "token-secret" }}{{ end -}}
{{- if .Values.postgresql.enabled }}{{ $keys = concat $keys (list
      "postgresql-password" "order-postgresql-password" "payment-postgresql-password") }}{{ end -}}
{{- if .Values.mongodb.enabled }}{{ $keys = concat $keys (list
      "mongodb-password" "store-mongodb-password" "rider-mongodb-password" "mypage-mongodb-password") }}{{ end -}}
{{- if .Values.redis.enabled }}{{ $keys = concat $keys (list
      "redis-password" "coupon-redis-password" "gateway-redis-password") }}{{ end -}}
{{- if .Values.rabbitmq.enabled }}{{ $keys = concat $keys (list
      "rabbitmq-password" "rabbitmq-erlang-cookie" "monitoring-amqp-password" "audit-amqp-password"
      "order-amqp-password" "payment-amqp-password" "store-amqp-password" "rider-amqp-password" "coupon-amqp-password"
      "mypage-amqp-password") }}{{ end -}}
{{- if .Values.identity.keycloak.enabled }}{{ $keys = concat $keys (list
      "keycloak-password" "keycloak-people-password" "keycloak-test-client-secret") }}{{ end -}}
{{- toYaml $keys -}}
{{- end -}}

{{/*
Whether this render can read the cluster. "helm template" and tools that use it get nothing from a lookup. A list has
the field "items" even if it is empty, and even before the namespace exists.
*/}}
{{- define "baedal.readsCluster" -}}
{{- if hasKey (lookup "v1" "Service" .Release.Namespace "") "items" }}true{{ end -}}
{{- end -}}
