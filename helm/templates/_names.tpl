{{/*
Names, labels and images: the helper templates that every other template of the chart uses.
A "component" is one workload: order, payment, …, gateway, migrate, audit, postgresql, rabbitmq, backup, test.
*/}}

{{/* The name of the release's objects: the release name, with "baedal" unless the release name contains it. */}}
{{- define "baedal.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains "baedal" .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-baedal" .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The name of a component's objects. Takes (dict "root" $ "component" "order"). */}}
{{- define "baedal.name" -}}
{{- printf "%s-%s" (include "baedal.fullname" .root) .component -}}
{{- end -}}

{{/* The labels of an object. Takes (dict "root" $ "component" "order"). */}}
{{- define "baedal.labels" -}}
{{ include "baedal.selectorLabels" . }}
app.kubernetes.io/part-of: baedal
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{/*
The labels that select a component's pods. They never change, because selectors are immutable.
Takes (dict "root" $ "component" "order").
*/}}
{{- define "baedal.selectorLabels" -}}
app.kubernetes.io/name: baedal
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* The labels of a pod. They name no version, so that an upgrade that changes nothing else replaces no pods. */}}
{{- define "baedal.podLabels" -}}
{{ include "baedal.selectorLabels" . }}
app.kubernetes.io/part-of: baedal
{{- end -}}

{{/* The service account of a component. Takes (dict "root" $ "component" "order"). */}}
{{- define "baedal.serviceAccountName" -}}
{{- include "baedal.name" . -}}
{{- end -}}

{{/*
An image reference. Takes (dict "root" $ "image" .Values.postgresql.image) with the keys repository, tag and digest,
or (dict "root" $ "component" "order") for an image of Baedal itself.
image.registry replaces the registry, which is the part of the repository before its first slash.
*/}}
{{- define "baedal.image" -}}
{{- $own := .root.Values.image -}}
{{- $image := .image | default (dict) -}}
{{- $repository := $image.repository -}}
{{- $tag := $image.tag -}}
{{- if .component -}}
{{- $repository = $repository | default (printf "%s/%s" $own.repository .component) -}}
{{- $tag = $tag | default $own.tag | default .root.Chart.AppVersion -}}
{{- end -}}
{{- if $own.registry -}}
{{- $repository = printf "%s/%s" $own.registry (regexReplaceAll "^[^/]+/" $repository "") -}}
{{- end -}}
{{- $repository -}}
{{- if $tag }}:{{ $tag }}{{ end -}}
{{- if $image.digest }}@{{ $image.digest }}{{ end -}}
{{- end -}}

{{/* The fields of a pod that pull images. Takes the root. */}}
{{- define "baedal.imagePullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{/*
The security context of a pod, as Pod Security "restricted" demands.
Takes (dict "root" $) and optionally "user", the numeric user of the image (10001 for Baedal's images).
*/}}
{{- define "baedal.podSecurityContext" -}}
{{- $user := .user | default 10001 -}}
runAsNonRoot: true
runAsUser: {{ $user }}
runAsGroup: {{ $user }}
fsGroup: {{ $user }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/*
The security context of a container, as Pod Security "restricted" demands.
Takes (dict) and optionally "writable" true for an image that cannot run on a read-only root file system.
*/}}
{{- define "baedal.containerSecurityContext" -}}
allowPrivilegeEscalation: false
capabilities:
  drop:
    - ALL
readOnlyRootFilesystem: {{ not .writable }}
{{- end -}}
