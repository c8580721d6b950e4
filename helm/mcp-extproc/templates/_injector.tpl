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
labels:
  {{- include "mcp-extproc.sidecar.labels" . | nindent 2 }}
annotations: {}
{{- end -}}

{{- define "mcp-extproc.injector.enrolled" -}}
{{- $names := list -}}
{{- range $name, $namespace := .Values.namespaces -}}
{{- if $namespace.enroll -}}{{- $names = append $names $name -}}{{- end -}}
{{- end -}}
{{- $names | sortAlpha | toJson -}}
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
  enrolled: {{ include "mcp-extproc.injector.enrolled" . }}
certificates:
  {{- if eq .Values.injector.certificates.mode "selfSigned" }}
  mode: self-signed
  secret: {{ include "mcp-extproc.injector.secret" . }}
  namespace: {{ .Release.Namespace }}
  service: {{ include "mcp-extproc.injector.name" . }}.{{ .Release.Namespace }}.svc
  webhook: {{ include "mcp-extproc.injector.name" . }}
  days: {{ .Values.injector.certificates.days }}
  {{- else }}
  mode: files
  certificate: /etc/mcp-extproc/tls/tls.crt
  key: /etc/mcp-extproc/tls/tls.key
  {{- end }}
{{- end -}}
