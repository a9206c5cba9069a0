{{/*
What the servers that the chart starts have in common. Each template takes (dict "root" $ "component" "postgresql")
and what its comment names in addition.
*/}}

{{/* The name of the Service that gives each pod of a StatefulSet a name of its own. */}}
{{- define "baedal.headlessName" -}}
{{- include "baedal.name" . }}-nodes
{{- end -}}

{{/*
Two Services: one for clients, and a headless one for the names of the pods. Takes "ports": numbers by name, and
optionally "nodePorts", those of the headless Service, at which the nodes of one server reach each other.
*/}}
{{- define "baedal.serverServices" -}}
{{- $server := . -}}
{{- range $name := list (include "baedal.name" .) (include "baedal.headlessName" .) }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $name }}
  labels:
    {{- include "baedal.labels" $server | nindent 4 }}
spec:
  type: ClusterIP
  {{- if hasSuffix "-nodes" $name }}
  clusterIP: None
  # A pod needs its own name, and those of the other pods, before it is ready.
  publishNotReadyAddresses: true
  {{- end }}
  selector:
    {{- include "baedal.selectorLabels" $server | nindent 4 }}
  ports:
    {{- range $port, $number := hasSuffix "-nodes" $name | ternary ($server.nodePorts | default $server.ports) $server.ports }}
    - name: {{ $port }}
      port: {{ $number }}
      targetPort: {{ $port }}
      protocol: TCP
    {{- end }}
{{- end }}
{{- end -}}

{{/* The files of the folder files/<component>, as the data of a ConfigMap. */}}
{{- define "baedal.files" -}}
{{- (.root.Files.Glob (printf "files/%s/*" .component)).AsConfig -}}
{{- end -}}

{{- define "baedal.filesConfigMap" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "baedal.name" . }}
  labels:
    {{- include "baedal.labels" . | nindent 4 }}
data:
  {{- include "baedal.files" . | nindent 2 }}
{{- end -}}

{{/* The fields that every pod needs to satisfy Pod Security "restricted". Takes "user": the image's numeric user. */}}
{{- define "baedal.restrictedPod" -}}
serviceAccountName: {{ include "baedal.serviceAccountName" . }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- include "baedal.imagePullSecrets" .root }}
securityContext:
  {{- include "baedal.podSecurityContext" (dict "root" .root "user" .user) | nindent 2 }}
{{- end -}}

{{/* The image and the security context of a container. Takes "image", and "writable" for a writable root file system. */}}
{{- define "baedal.serverContainer" -}}
image: {{ include "baedal.image" (dict "root" .root "image" .image) }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  {{- include "baedal.containerSecurityContext" (dict "writable" .writable) | nindent 2 }}
{{- end -}}

{{/* One environment variable for each password of a server's users. Takes "passwords": keys of the Secret by variable. */}}
{{- define "baedal.passwords" -}}
{{- $root := .root -}}
{{- range $variable, $key := .passwords }}
{{ include "baedal.generatedVariable" (dict "root" $root "variable" $variable "key" $key) }}
{{- end }}
{{- end -}}

{{/* The claim of a StatefulSet. It names no version, because it can never change. Takes "storage". */}}
{{- define "baedal.claimTemplates" -}}
volumeClaimTemplates:
  - metadata:
      name: data
      labels:
        {{- include "baedal.selectorLabels" . | nindent 8 }}
    spec:
      accessModes:
        - ReadWriteOnce
      {{- with .storage.className }}
      storageClassName: {{ . }}
      {{- end }}
      resources:
        requests:
          storage: {{ .storage.size }}
{{- end -}}
