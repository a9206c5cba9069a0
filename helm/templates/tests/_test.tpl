{{/* The image with curl, for helm test and for the backup of RabbitMQ. Use: include "baedal.testImage" . | fromYaml */}}
{{- define "baedal.testImage" -}}
{{- $image := .Values.test.image -}}
repository: {{ $image.repository | default "docker.io/curlimages/curl" }}
tag: {{ $image.tag | default (ternary "" "8.16.0" (not (empty $image.digest))) | quote }}
digest: {{ $image.digest | default "" | quote }}
{{- end -}}
