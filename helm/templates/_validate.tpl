{{/*
Contradictions in the values, one sentence each. The schema refuses wrong types and unknown keys. This template refuses
what only several values together make wrong.
*/}}
{{- define "baedal.contradictions" -}}
{{- $errors := list -}}
{{- $secrets := include "baedal.secrets" . | fromYaml -}}

{{- /* Identity. */ -}}
{{- with .Values.identity -}}
{{- if and .issuer.url .keycloak.enabled -}}
{{- $errors = append $errors "identity.issuer.url names an issuer, so identity.keycloak.enabled must be false" -}}
{{- end -}}
{{- if and .keycloak.enabled (not .keycloak.tls.existingSecret) (not (include "baedal.readsCluster" $)) -}}
{{- $errors = append $errors "this render cannot read the cluster, so it would give Keycloak a new certificate each time: set identity.keycloak.tls.existingSecret, or identity.issuer.url with identity.keycloak.enabled=false" -}}
{{- end -}}
{{- end -}}

{{- /* Secrets. */ -}}
{{- range $server := list "postgresql" "mongodb" "redis" "rabbitmq" -}}
{{- if and (get $.Values $server).enabled (not $.Values.secrets.generate) -}}
{{- $errors = append $errors (printf "%s.enabled needs generated passwords, so secrets.generate must be true" $server) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.identity.keycloak.enabled (not .Values.secrets.generate) -}}
{{- $errors = append $errors "identity.keycloak.enabled needs generated passwords, so secrets.generate must be true" -}}
{{- end -}}
{{- if and (include "baedal.generatedPasswords" . | fromYamlArray) (not .Values.secrets.seed) (not (include "baedal.readsCluster" .)) -}}
{{- $errors = append $errors "this render cannot read the cluster, so it would generate new passwords each time: set secrets.seed to a long random text, or name existing secrets and servers; for a dry run, use --dry-run=server" -}}
{{- end -}}
{{- range $store := list "postgresql" "mongodb" "redis" "rabbitmq" -}}
{{- $server := get $.Values $store -}}
{{- range $user, $reference := $server.external -}}
{{- if and $server.enabled $reference -}}
{{- $errors = append $errors (printf "%s.enabled starts a server, so %s.external.%s must be empty" $store $store $user) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $needed := list "token-secret" -}}
{{- range $component, $facts := include "baedal.services" . | fromYaml -}}
{{- $values := include "baedal.serviceValues" (dict "root" $ "component" $component) | fromYaml -}}
{{- $needed = concat $needed (include "baedal.secretSettings" (dict "root" $ "component" $component "facts" $facts "values" $values) | fromYaml | values) -}}
{{- if eq $values.autoscaling.mode "queue" -}}
{{- $needed = append $needed "rabbitmq-management-uri" -}}
{{- end -}}
{{- end -}}
{{- if .Values.audit.enabled -}}
{{- $needed = append $needed "audit-amqp-uri" -}}
{{- end -}}
{{- range $secret := $needed | uniq | sortAlpha -}}
{{- $found := get $secrets $secret -}}
{{- if eq $found.source "missing" -}}
{{- $errors = append $errors (printf "%s is not set: name the Secret and the key that hold the value" $found.path) -}}
{{- end -}}
{{- end -}}
{{- range $secret, $found := $secrets -}}
{{- if and (eq $found.source "external") (not $.Values.secrets.externalSecret.store.name) -}}
{{- $errors = append $errors (printf "%s.remote is set, so secrets.externalSecret.store.name must name the store" $found.path) -}}
{{- end -}}
{{- end -}}

{{- /* Services. */ -}}
{{- range $component, $facts := include "baedal.services" . | fromYaml -}}
{{- $values := include "baedal.serviceValues" (dict "root" $ "component" $component) | fromYaml -}}
{{- with $values.autoscaling -}}
{{- if and (ne .mode "none") (gt (int .minReplicas) (int .maxReplicas)) -}}
{{- $errors = append $errors (printf "services.%s.autoscaling.minReplicas is %d, more than maxReplicas (%d)" $component (int .minReplicas) (int .maxReplicas)) -}}
{{- end -}}
{{- if and (eq .mode "queue") (not $facts.broker) -}}
{{- $errors = append $errors (printf "services.%s.autoscaling.mode is queue, but %s has no queue: use cpu or none" $component $component) -}}
{{- end -}}
{{- if and (eq .mode "cpu") (not (dig "requests" "cpu" "" $values.resources)) -}}
{{- $errors = append $errors (printf "services.%s.autoscaling.mode is cpu, so services.%s.resources.requests.cpu must be set" $component $component) -}}
{{- end -}}
{{- end -}}
{{- if not (dig "limits" "memory" "" $values.resources) -}}
{{- $errors = append $errors (printf "services.%s.resources.limits.memory must be set, because the heap follows it" $component) -}}
{{- end -}}
{{- end -}}

{{- /* Exposure. */ -}}
{{- with .Values.expose -}}
{{- if and .tls.existingSecret (or .httpRoute.enabled .ingress.enabled) -}}
{{- $errors = append $errors "expose.tls.existingSecret lets the gateway end TLS, but expose.httpRoute and expose.ingress end TLS themselves: use only one of them" -}}
{{- end -}}
{{- if and (ne .service.type "ClusterIP") (not .tls.existingSecret) -}}
{{- $errors = append $errors (printf "expose.service.type is %s, so expose.tls.existingSecret must name a certificate: tokens must not travel in plain text" .service.type) -}}
{{- end -}}
{{- if and .httpRoute.enabled (not .httpRoute.parentRefs) -}}
{{- $errors = append $errors "expose.httpRoute.enabled is true, so expose.httpRoute.parentRefs must name a Gateway" -}}
{{- end -}}
{{- range $kind := list "httpRoute" "ingress" -}}
{{- $way := get $.Values.expose $kind -}}
{{- if and $way.enabled (not $way.hostnames) -}}
{{- $errors = append $errors (printf "expose.%s.enabled is true, so expose.%s.hostnames must have a name" $kind $kind) -}}
{{- end -}}
{{- if and $way.enabled (not $.Values.expose.trustedProxies) -}}
{{- $errors = append $errors (printf "expose.%s.enabled is true, so expose.trustedProxies must name the network of the proxy: otherwise all clients share the limits of one address" $kind) -}}
{{- end -}}
{{- end -}}
{{- if and .ingress.enabled (not .ingress.tlsSecret) -}}
{{- $errors = append $errors "expose.ingress.enabled is true, so expose.ingress.tlsSecret must name a certificate: tokens must not travel in plain text" -}}
{{- end -}}
{{- end -}}

{{- /* Network. */ -}}
{{- with .Values.networkPolicy -}}
{{- $outside := list -}}
{{- range $server := list "postgresql" "mongodb" "redis" "rabbitmq" -}}
{{- if not (get $.Values $server).enabled }}{{ $outside = append $outside $server }}{{ end -}}
{{- end -}}
{{- if $.Values.identity.issuer.url }}{{ $outside = append $outside "the issuer" }}{{ end -}}
{{- if dig "env" "PROVIDER_URL" "" $.Values.services.payment }}{{ $outside = append $outside "the payment provider" }}{{ end -}}
{{- if dig "env" "MESSENGER_URL" "" $.Values.services.mypage }}{{ $outside = append $outside "the messenger" }}{{ end -}}
{{- if and .enabled (not .externalTo) $outside -}}
{{- $errors = append $errors (printf "networkPolicy.enabled is true, so networkPolicy.externalTo must allow connections to %s" (join ", " $outside)) -}}
{{- end -}}
{{- if and .enabled (not .metricsFrom) $.Values.telemetry.serviceMonitor.enabled -}}
{{- $errors = append $errors "telemetry.serviceMonitor.enabled is true, so networkPolicy.metricsFrom must allow connections from Prometheus" -}}
{{- end -}}
{{- end -}}

{{- /* APIs that the cluster must have. */ -}}
{{- $apis := dict -}}
{{- range $component, $facts := include "baedal.services" . | fromYaml -}}
{{- $values := include "baedal.serviceValues" (dict "root" $ "component" $component) | fromYaml -}}
{{- if eq $values.autoscaling.mode "queue" -}}
{{- $_ := set $apis "keda.sh/v1alpha1" (printf "services.%s.autoscaling.mode=queue needs KEDA" $component) -}}
{{- end -}}
{{- end -}}
{{- if .Values.expose.httpRoute.enabled -}}
{{- $_ := set $apis "gateway.networking.k8s.io/v1" "expose.httpRoute.enabled needs the Gateway API" -}}
{{- end -}}
{{- if .Values.istio.enabled -}}
{{- $_ := set $apis "security.istio.io/v1" "istio.enabled needs Istio" -}}
{{- end -}}
{{- range $found := values $secrets -}}
{{- if eq $found.source "external" -}}
{{- $_ := set $apis "external-secrets.io/v1" (printf "%s.remote needs the External Secrets Operator" $found.path) -}}
{{- end -}}
{{- end -}}
{{- range $api, $why := $apis -}}
{{- if and (include "baedal.readsCluster" $) (not ($.Capabilities.APIVersions.Has $api)) -}}
{{- $errors = append $errors (printf "%s, but the cluster has no %s: install it first" $why $api) -}}
{{- end -}}
{{- end -}}

{{- toYaml $errors -}}
{{- end -}}
