{{/*
The pod of one service. Each template takes
(dict "root" $ "component" "order" "facts" (the entry in "baedal.services") "values" (from "baedal.serviceValues")).
*/}}

{{- define "baedal.podSpec" -}}
serviceAccountName: {{ include "baedal.serviceAccountName" . }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- include "baedal.imagePullSecrets" .root }}
{{- /* The sleep of preStop, then DRAIN_DELAY, then at most 20 seconds in which the process stops. */}}
terminationGracePeriodSeconds: {{ add .values.preStopSleepSeconds .values.drainDelaySeconds 20 }}
securityContext:
  {{- include "baedal.podSecurityContext" (dict "root" .root) | nindent 2 }}
{{- include "baedal.scheduling" . }}
containers:
  - name: {{ .component }}
    image: {{ include "baedal.image" (dict "root" .root "component" .component "image" .values.image) }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    securityContext:
      {{- include "baedal.containerSecurityContext" (dict) | nindent 6 }}
    envFrom:
      - configMapRef:
          name: {{ include "baedal.name" . }}
    env:
      {{- $root := .root }}
      {{- range $variable, $secret := include "baedal.secretSettings" . | fromYaml }}
      {{- include "baedal.secretVariable" (dict "root" $root "variable" $variable "secret" $secret) | nindent 6 }}
      {{- end }}
      - name: JAVA_TOOL_OPTIONS
        value: {{ include "baedal.javaOptions" . | quote }}
    ports:
      - name: http
        containerPort: {{ .facts.port }}
        protocol: TCP
      {{- with .facts.operationsPort }}
      - name: operations
        containerPort: {{ . }}
        protocol: TCP
      {{- end }}
    {{- include "baedal.probes" . | nindent 4 }}
    lifecycle:
      preStop:
        sleep:
          seconds: {{ .values.preStopSleepSeconds }}
    resources:
      {{- toYaml .values.resources | nindent 6 }}
    volumeMounts:
      - name: tmp
        mountPath: /tmp
      - name: class-data
        mountPath: /var/cache/baedal
      {{- /* A directory and no subPath: a file that is mounted with subPath never changes. */}}
      - name: logging
        mountPath: /etc/baedal/logging
        readOnly: true
      {{- if include "baedal.trustsAuthorities" .root }}
      - name: authorities
        mountPath: /etc/baedal/authorities
        readOnly: true
      {{- end }}
      {{- if include "baedal.endsTls" . }}
      - name: tls
        mountPath: /etc/baedal/tls
        readOnly: true
      {{- end }}
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: 64Mi
  # The JVM keeps its class-data archive here, so that a restarted container starts faster.
  - name: class-data
    emptyDir:
      sizeLimit: 256Mi
  - name: logging
    configMap:
      name: {{ include "baedal.name" . }}-logging
  {{- if include "baedal.trustsAuthorities" .root }}
  - name: authorities
    {{- include "baedal.authoritiesVolume" .root | nindent 4 }}
  {{- end }}
  {{- if include "baedal.endsTls" . }}
  - name: tls
    secret:
      secretName: {{ .root.Values.expose.tls.existingSecret }}
      defaultMode: 0440
  {{- end }}
{{- end -}}

{{/* Certificates of authorities that the services trust beside those of the JDK. Takes the root. */}}
{{- define "baedal.authoritiesVolume" -}}
projected:
  sources:
    {{- if .Values.identity.keycloak.enabled }}
    - secret:
        name: {{ include "baedal.keycloakTlsSecret" . }}
        items:
          - key: ca.crt
            path: keycloak.crt
    {{- end }}
    {{- with .Values.authorities }}
    {{- if .existingSecret }}
    - secret:
        name: {{ .existingSecret }}
        items:
          - key: {{ .key }}
            path: authorities.crt
    {{- end }}
    {{- end }}
{{- end -}}

{{/* Whether the service ends TLS itself: only the gateway does. */}}
{{- define "baedal.endsTls" -}}
{{- if and (eq .component "gateway") .root.Values.expose.tls.existingSecret }}true{{ end -}}
{{- end -}}

{{/* The heap follows the memory limit of the container. The JVM adds these options to those of the image. */}}
{{- define "baedal.javaOptions" -}}
{{- printf "-XX:MaxRAMPercentage=%d %s" (int .values.heapPercent) .values.javaOptions | trim -}}
{{- end -}}

{{- define "baedal.probes" -}}
{{- $port := ternary "operations" "http" (hasKey .facts "operationsPort") -}}
{{- with .values.probes -}}
# Until the startup probe succeeds, the other probes do not run.
startupProbe:
  httpGet:
    path: /health/live
    port: {{ $port }}
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: {{ div (add .startupSeconds 1) 2 }}
# Ready after the warm-up, while the database and the broker answer, and until the process stops.
readinessProbe:
  httpGet:
    path: /health/ready
    port: {{ $port }}
  periodSeconds: {{ .readinessPeriodSeconds }}
  # A check of the service itself takes up to two seconds.
  timeoutSeconds: 3
  failureThreshold: 2
# Replaces a process that hangs. It does not depend on databases, whose failure a restart cannot repair.
livenessProbe:
  httpGet:
    path: /health/live
    port: {{ $port }}
  periodSeconds: {{ .livenessPeriodSeconds }}
  timeoutSeconds: 5
  failureThreshold: 3
{{- end -}}
{{- end -}}

{{/* On which nodes a pod may run, and how important it is. Takes the values of a service. */}}
{{- define "baedal.placement" -}}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "baedal.scheduling" -}}
{{- $selector := include "baedal.selectorLabels" . -}}
{{- include "baedal.placement" .values }}
{{- with .values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  {{- /* A null in the values of a service removes an entry of the defaults. */}}
  {{- range $key, $whenUnsatisfiable := .values.topologySpread }}
  {{- if $whenUnsatisfiable }}
  - topologyKey: {{ $key }}
    maxSkew: 1
    whenUnsatisfiable: {{ $whenUnsatisfiable }}
    # Each rollout is spread by itself: pods of the old version do not count.
    matchLabelKeys:
      - pod-template-hash
    labelSelector:
      matchLabels:
        {{- $selector | nindent 8 }}
  {{- end }}
  {{- end }}
{{- end -}}
