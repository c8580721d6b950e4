{{- /* Names, template and configuration of the injector. */}}

{{- define "mcp-extproc.injector.on" -}}
{{- if and (eq .Values.mode "sidecar") .Values.injector.enabled -}}true{{- end -}}
{{- end -}}

{{- define "mcp-extproc.injector.name" -}}
{{- include "mcp-extproc.fullname" . }}-injector
{{- end -}}

{{- define "mcp-extproc.injector.template" -}}
initContainers:
  {{- include "mcp-extproc.sidecar.initContainers" (dict "root" .) | nindent 2 }}
volumes:
  {{- include "mcp-extproc.sidecar.volumes" (dict "root" .) | nindent 2 }}
labels: {}
annotations: {}
{{- end -}}

{{- /* Namespaces all of whose pods are injected, as JSON; in the others of `namespaces` those with the label are. */}}
{{- define "mcp-extproc.injector.whole" -}}
{{- $names := list -}}
{{- range $name, $namespace := .Values.namespaces -}}
{{- if eq ($namespace.inject | default "labelled") "all" -}}{{- $names = append $names $name -}}{{- end -}}
{{- end -}}
{{- $names | sortAlpha | toJson -}}
{{- end -}}

{{- define "mcp-extproc.injector.excluded" -}}
{{- concat (list "kube-system" .Release.Namespace) .Values.injector.excludedNamespaces | uniq | sortAlpha | toJson -}}
{{- end -}}

{{- define "mcp-extproc.injector.secret" -}}
{{- if eq .Values.injector.certificates.mode "existingSecret" -}}
{{- .Values.injector.certificates.existingSecret -}}
{{- else -}}
{{- include "mcp-extproc.injector.name" . }}-tls
{{- end -}}
{{- end -}}

{{- define "mcp-extproc.injector.config" -}}
listen: 0.0.0.0:8443
health: 0.0.0.0:8081
template: /etc/mcp-extproc/template/template.yaml
namespaces:
  enrolled: {{ keys .Values.namespaces | sortAlpha | toJson }}
opt_out: {{ .Values.injector.optOut }}
host_network: {{ .Values.injector.hostNetwork }}
shared_processes: {{ .Values.injector.sharedProcesses }}
certificates:
  {{- if eq .Values.injector.certificates.mode "selfSigned" }}
  mode: self-signed
  secret: {{ include "mcp-extproc.injector.secret" . }}
  namespace: {{ .Release.Namespace }}
  service: {{ include "mcp-extproc.injector.name" . }}
  webhook: {{ include "mcp-extproc.injector.name" . }}
  days: {{ .Values.injector.certificates.days }}
  {{- else }}
  mode: files
  certificate: /etc/mcp-extproc/tls/tls.crt
  key: /etc/mcp-extproc/tls/tls.key
  {{- end }}
{{- end -}}

{{- /* What all webhooks share. Ephemeral containers and resizes are judged as well: both can undo what was injected. */}}
{{- define "mcp-extproc.injector.webhook" -}}
admissionReviewVersions: [v1]
clientConfig:
  {{- if eq .Values.injector.certificates.mode "existingSecret" }}
  caBundle: {{ .Values.injector.certificates.caBundle | b64enc }}
  {{- end }}
  service:
    name: {{ include "mcp-extproc.injector.name" . }}
    namespace: {{ .Release.Namespace }}
    path: /inject
    port: 443
failurePolicy: Fail
matchPolicy: Equivalent
reinvocationPolicy: IfNeeded
sideEffects: None
timeoutSeconds: {{ .Values.injector.timeoutSeconds }}
rules:
  - apiGroups: [""]
    apiVersions: [v1]
    operations: [CREATE]
    resources: [pods]
    scope: Namespaced
  - apiGroups: [""]
    apiVersions: [v1]
    operations: [UPDATE]
    resources: [pods, pods/ephemeralcontainers, pods/resize]
    scope: Namespaced
{{- end -}}
