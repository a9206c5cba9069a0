{{/*
Who connects to whom inside the release, and at which port of the pod. Network policies and authorization policies
both follow this list: docs/architecture.md, and the programs that the chart adds.
Use: include "baedal.arrows" . | fromYamlArray
*/}}
{{- define "baedal.arrows" -}}
{{- $values := .Values -}}
{{- $services := include "baedal.services" . | fromYaml -}}
{{- $arrows := list -}}
{{- range $from, $facts := $services -}}
{{- range $to := $facts.calls -}}
{{- $arrows = append $arrows (dict "from" $from "to" $to "port" (get $services $to).port) -}}
{{- end -}}
{{- $store := get $values $facts.store -}}
{{- if $store.enabled -}}
{{- $arrows = append $arrows (dict "from" $from "to" $facts.store "port" (get (dict "postgresql" 5432 "mongodb" 27017 "redis" 6379) $facts.store)) -}}
{{- end -}}
{{- if and $facts.broker $values.rabbitmq.enabled -}}
{{- $arrows = append $arrows (dict "from" $from "to" "rabbitmq" "port" 5672) -}}
{{- end -}}
{{- if $values.identity.keycloak.enabled -}}
{{- $arrows = append $arrows (dict "from" $from "to" "keycloak" "port" 8443) -}}
{{- end -}}
{{- end -}}
{{- range $server, $port := dict "postgresql" 5432 "mongodb" 27017 "redis" 6379 "rabbitmq" 5672 -}}
{{- if (get $values $server).enabled -}}
{{- if and $values.migrations.enabled (has $server (list "postgresql" "mongodb")) -}}
{{- $arrows = append $arrows (dict "from" "migrate" "to" $server "port" $port) -}}
{{- end -}}
{{- if $values.audit.enabled -}}
{{- $arrows = append $arrows (dict "from" "audit" "to" $server "port" $port) -}}
{{- end -}}
{{- if $values.backup.enabled -}}
{{- $arrows = append $arrows (dict "from" "backup" "to" $server "port" (ternary 15672 $port (eq $server "rabbitmq"))) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $values.test.enabled $values.identity.keycloak.enabled -}}
{{- $arrows = append $arrows (dict "from" "test" "to" "gateway" "port" $services.gateway.port) -}}
{{- $arrows = append $arrows (dict "from" "test" "to" "keycloak" "port" 8443) -}}
{{- end -}}
{{- toYaml $arrows -}}
{{- end -}}
