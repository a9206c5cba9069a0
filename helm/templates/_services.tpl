{{/*
What the services are: their ports, their stores, and which other services they call. These are the arrows of
docs/architecture.md. Workloads, network policies and authorization policies all follow this table.
Use: include "baedal.services" . | fromYaml
*/}}
{{- define "baedal.services" -}}
order:
  port: 8081
  store: postgresql
  broker: true
  calls: [payment]
payment:
  port: 8082
  store: postgresql
  broker: true
  calls: [order]
store:
  port: 8083
  store: mongodb
  broker: true
  calls: []
rider:
  port: 8084
  store: mongodb
  broker: true
  calls: []
coupon:
  port: 8085
  store: redis
  broker: true
  calls: [order]
mypage:
  port: 8086
  store: mongodb
  broker: true
  calls: [order]
gateway:
  port: 8088
  operationsPort: 8089
  store: redis
  broker: false
  calls: [order, payment, store, rider, coupon, mypage]
{{- end -}}

{{/*
The values of one service: services.defaults, overridden by services.<component>.
Takes (dict "root" $ "component" "order"). Use: include "baedal.serviceValues" … | fromYaml
*/}}
{{- define "baedal.serviceValues" -}}
{{- $services := .root.Values.services -}}
{{- mergeOverwrite (dict) (deepCopy $services.defaults) (get $services .component | default dict | deepCopy) | toYaml -}}
{{- end -}}

{{/* Whether an autoscaler owns the replicas of a service. Takes the values of the service. */}}
{{- define "baedal.autoscaled" -}}
{{- if ne .autoscaling.mode "none" }}true{{ end -}}
{{- end -}}

{{/* The issuer of people's tokens, exactly as in the claim "iss". Takes the root. */}}
{{- define "baedal.issuerUrl" -}}
{{- .Values.identity.issuer.url | default (printf "https://%s.%s.svc:8443/realms/baedal"
      (include "baedal.name" (dict "root" . "component" "keycloak")) .Release.Namespace) -}}
{{- end -}}

{{/* The Secret with the certificate of Keycloak, its key, and its certificate authority in ca.crt. Takes the root. */}}
{{- define "baedal.keycloakTlsSecret" -}}
{{- .Values.identity.keycloak.tls.existingSecret
      | default (printf "%s-tls" (include "baedal.name" (dict "root" . "component" "keycloak"))) -}}
{{- end -}}

{{/*
The settings of a service that are no secrets, as the data of its ConfigMap.
Takes (dict "root" $ "component" "order" "facts" … "values" …).
*/}}
{{- define "baedal.settings" -}}
{{- $root := .root -}}
{{- $settings := dict
      "HTTP_HOST" "0.0.0.0"
      "PORT" (toString .facts.port)
      "DRAIN_DELAY" (printf "%ds" (int .values.drainDelaySeconds))
      "LOG_FORMAT" .values.logFormat
      "LOG_LEVEL_FILE" "/etc/baedal/logging/level"
      "OIDC_ISSUER" (include "baedal.issuerUrl" $root)
      "OIDC_AUDIENCE" $root.Values.identity.issuer.audience
      "OIDC_ROLES_CLAIM" $root.Values.identity.issuer.rolesClaim -}}
{{- if eq .facts.store "postgresql" -}}
{{- $_ := set $settings "MIGRATE_AT_START" (ternary "false" "true" $root.Values.migrations.enabled) -}}
{{- end -}}
{{- range .facts.calls -}}
{{- $_ := set $settings (printf "%s_URL" (upper .))
      (printf "http://%s:80" (include "baedal.name" (dict "root" $root "component" .))) -}}
{{- end -}}
{{- if include "baedal.trustsAuthorities" $root -}}
{{- $_ := set $settings "CA_DIRECTORY" "/etc/baedal/authorities" -}}
{{- end -}}
{{- if .facts.operationsPort -}}
{{- $_ := set $settings "OPERATIONS_HOST" "0.0.0.0" -}}
{{- $_ := set $settings "OPERATIONS_PORT" (toString .facts.operationsPort) -}}
{{- with $root.Values.expose -}}
{{- with .trustedProxies }}{{ $_ := set $settings "TRUSTED_PROXIES" (join "," .) }}{{ end -}}
{{- with .corsOrigins }}{{ $_ := set $settings "CORS_ORIGINS" (join "," .) }}{{ end -}}
{{- if .tls.existingSecret -}}
{{- $_ := set $settings "TLS_CERT" "/etc/baedal/tls/tls.crt" -}}
{{- $_ := set $settings "TLS_KEY" "/etc/baedal/tls/tls.key" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $key, $value := .values.env -}}
{{- /* Helm reads a number as float64, which prints 1000000 as 1e+06. */ -}}
{{- $_ := set $settings $key (kindIs "float64" $value | ternary (int64 $value) $value | toString) -}}
{{- end -}}
{{- toYaml $settings -}}
{{- end -}}

{{/*
The settings of a service that are secrets: environment variable by name of the secret, see "baedal.secrets".
Takes (dict "root" $ "component" "order" "facts" … "values" …).
*/}}
{{- define "baedal.secretSettings" -}}
TOKEN_SECRET: token-secret
{{- if .facts.broker }}
AMQP_URI: {{ .component }}-amqp-uri
{{- end }}
{{- if eq .facts.store "postgresql" }}
POSTGRES_URI: {{ .component }}-postgresql-uri
{{- else if eq .facts.store "mongodb" }}
MONGO_URI: {{ .component }}-mongodb-uri
{{- else if or .facts.broker (include "baedal.gatewayHasRedis" .root) }}
REDIS_URI: {{ .component }}-redis-uri
{{- end }}
{{- if .values.env.PROVIDER_URL }}
PROVIDER_KEY: provider-key
{{- end }}
{{- if .values.env.MESSENGER_URL }}
MESSENGER_KEY: messenger-key
{{- end }}
{{- end -}}

{{/* Whether the replicas of the gateway share their rate limits in a Redis. Takes the root. */}}
{{- define "baedal.gatewayHasRedis" -}}
{{- $own := .Values.redis.external.gateway -}}
{{- if or .Values.redis.enabled $own.existingSecret $own.remote }}true{{ end -}}
{{- end -}}

{{/* Whether the services trust certificate authorities beside those of the JDK. Takes the root. */}}
{{- define "baedal.trustsAuthorities" -}}
{{- if or .Values.identity.keycloak.enabled .Values.authorities.existingSecret }}true{{ end -}}
{{- end -}}
