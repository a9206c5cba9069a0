{{/*
The programs that end: migrations and the audit. They read the databases by these variables.
*/}}

{{/* One environment variable for each secret. Takes "variables": names of secrets by variable, and "root". */}}
{{- define "baedal.databaseVariables" -}}
{{- $root := .root -}}
{{- range $variable, $secret := .variables }}
{{ include "baedal.secretVariable" (dict "root" $root "variable" $variable "secret" $secret) }}
{{- end }}
{{- end -}}

{{/*
The pod of a program, which runs where services.defaults lets services run.
Takes (dict "root" $ "component" "audit" "values" .Values.audit "variables" …).
*/}}
{{- define "baedal.programPod" -}}
{{- include "baedal.restrictedPod" . }}
{{- include "baedal.placement" .root.Values.services.defaults }}
restartPolicy: {{ .restartPolicy }}
containers:
  - name: {{ .component }}
    image: {{ include "baedal.image" (dict "root" .root "component" .component "image" .values.image) }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    securityContext:
      {{- include "baedal.containerSecurityContext" (dict) | nindent 6 }}
    env:
      {{- include "baedal.databaseVariables" . | indent 6 }}
      {{- range $key, $value := .settings }}
      - name: {{ $key }}
        value: {{ $value | quote }}
      {{- end }}
      {{- if include "baedal.trustsAuthorities" .root }}
      - name: CA_DIRECTORY
        value: /etc/baedal/authorities
      {{- end }}
      - name: JAVA_TOOL_OPTIONS
        value: -XX:MaxRAMPercentage=50 -XX:+ExitOnOutOfMemoryError
    resources:
      {{- toYaml .values.resources | nindent 6 }}
    volumeMounts:
      - name: tmp
        mountPath: /tmp
      - name: class-data
        mountPath: /var/cache/baedal
      {{- if include "baedal.trustsAuthorities" .root }}
      - name: authorities
        mountPath: /etc/baedal/authorities
        readOnly: true
      {{- end }}
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: 64Mi
  - name: class-data
    emptyDir:
      sizeLimit: 256Mi
  {{- if include "baedal.trustsAuthorities" .root }}
  - name: authorities
    {{- include "baedal.authoritiesVolume" .root | nindent 4 }}
  {{- end }}
{{- end -}}
