{{/*
The objects of one service. Each template takes
(dict "root" $ "component" "order" "facts" (the entry in "baedal.services") "values" (from "baedal.serviceValues")).
*/}}

{{- define "baedal.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "baedal.serviceAccountName" . }}
  labels:
    {{- include "baedal.labels" . | nindent 4 }}
# No service calls the Kubernetes API.
automountServiceAccountToken: false
{{- end -}}

{{- define "baedal.configMap" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "baedal.name" . }}
  labels:
    {{- include "baedal.labels" . | nindent 4 }}
data:
  {{- include "baedal.settings" . | nindent 2 }}
{{- end -}}

{{/* The log level has a ConfigMap of its own: the service watches the mounted file, so a change needs no restart. */}}
{{- define "baedal.loggingConfigMap" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "baedal.name" . }}-logging
  labels:
    {{- include "baedal.labels" . | nindent 4 }}
data:
  level: |
    {{ .values.logLevel }}
{{- end -}}

{{- define "baedal.service" -}}
{{- $expose := .root.Values.expose -}}
{{- $public := eq .component "gateway" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "baedal.name" . }}
  labels:
    {{- include "baedal.labels" . | nindent 4 }}
  {{- if $public }}
  {{- with $expose.service.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
spec:
  type: {{ ternary $expose.service.type "ClusterIP" $public }}
  {{- if and $public (eq $expose.service.type "LoadBalancer") }}
  {{- with $expose.service.loadBalancerClass }}
  loadBalancerClass: {{ . }}
  {{- end }}
  {{- with $expose.service.loadBalancerSourceRanges }}
  loadBalancerSourceRanges:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- if and $public (ne $expose.service.type "ClusterIP") }}
  # Keeps the address of the client, for the limits per address.
  externalTrafficPolicy: Local
  {{- end }}
  selector:
    {{- include "baedal.selectorLabels" . | nindent 4 }}
  ports:
    - name: http
      {{- if and $public $expose.tls.existingSecret }}
      port: 443
      appProtocol: https
      {{- else }}
      port: 80
      appProtocol: http
      {{- end }}
      targetPort: http
      protocol: TCP
{{- end -}}

{{/* Health and metrics of the gateway, apart from its public Service, which may be a load balancer. */}}
{{- define "baedal.operationsService" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "baedal.name" . }}-operations
  labels:
    {{- include "baedal.labels" . | nindent 4 }}
spec:
  type: ClusterIP
  selector:
    {{- include "baedal.selectorLabels" . | nindent 4 }}
  ports:
    - name: operations
      port: 80
      appProtocol: http
      targetPort: operations
      protocol: TCP
{{- end -}}

{{- define "baedal.podDisruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "baedal.name" . }}
  labels:
    {{- include "baedal.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  # A pod that is not ready never blocks the drain of a node.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "baedal.selectorLabels" . | nindent 6 }}
{{- end -}}

{{- define "baedal.horizontalPodAutoscaler" -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "baedal.name" . }}
  labels:
    {{- include "baedal.labels" . | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "baedal.name" . }}
  minReplicas: {{ .values.autoscaling.minReplicas }}
  maxReplicas: {{ .values.autoscaling.maxReplicas }}
  metrics:
    # The container alone: a sidecar would distort the average of the pod.
    - type: ContainerResource
      containerResource:
        name: cpu
        container: {{ .component }}
        target:
          type: Utilization
          averageUtilization: {{ .values.autoscaling.cpuUtilization }}
  behavior:
    {{- toYaml .values.autoscaling.behavior | nindent 4 }}
{{- end -}}

{{- define "baedal.scaledObject" -}}
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: {{ include "baedal.name" . }}
  labels:
    {{- include "baedal.labels" . | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "baedal.name" . }}
  minReplicaCount: {{ .values.autoscaling.minReplicas }}
  maxReplicaCount: {{ .values.autoscaling.maxReplicas }}
  pollingInterval: 10
  # When the management API of RabbitMQ does not answer, this many replicas run.
  fallback:
    failureThreshold: 3
    replicas: {{ .values.autoscaling.fallbackReplicas }}
  advanced:
    horizontalPodAutoscalerConfig:
      name: {{ include "baedal.name" . }}
      behavior:
        {{- toYaml .values.autoscaling.behavior | nindent 8 }}
  triggers:
    - type: rabbitmq
      # The depth of the queue divided by the replicas is compared with the value.
      metricType: AverageValue
      metadata:
        protocol: http
        queueName: {{ .component }}
        mode: QueueLength
        value: {{ .values.autoscaling.messagesPerReplica | quote }}
        # A message that a replica works on still counts.
        excludeUnacknowledged: "false"
      authenticationRef:
        name: {{ include "baedal.name" . }}
---
apiVersion: keda.sh/v1alpha1
kind: TriggerAuthentication
metadata:
  name: {{ include "baedal.name" . }}
  labels:
    {{- include "baedal.labels" . | nindent 4 }}
spec:
  secretTargetRef:
    - parameter: host
      {{- include "baedal.secretKeyRef" (dict "root" .root "secret" "rabbitmq-management-uri") | nindent 6 }}
{{- end -}}

{{- define "baedal.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "baedal.name" . }}
  labels:
    {{- include "baedal.labels" . | nindent 4 }}
spec:
  {{- /* An autoscaler owns the number of replicas. A number here would undo its work at every upgrade. */}}
  {{- if not (include "baedal.autoscaled" .values) }}
  replicas: {{ .values.replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  # The rollout fails if a new pod is not ready by then.
  progressDeadlineSeconds: 600
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
  selector:
    matchLabels:
      {{- include "baedal.selectorLabels" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "baedal.podLabels" . | nindent 8 }}
        {{- with .values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        # Any change of the settings replaces the pods. The log level is not part of it.
        checksum/settings: {{ include "baedal.settings" . | sha256sum }}
        {{- with .values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      {{- include "baedal.podSpec" . | nindent 6 }}
{{- end -}}
