{{- /* What of this release is read by Prometheus: by component, its ports and their pages. */}}
{{- define "mcp-extproc.monitored" -}}
{{- if include "mcp-extproc.injector.on" . }}
injector:
  - {name: health, port: 8081, path: /metrics}
{{- end }}
{{- if include "mcp-extproc.gateway.on" . }}
gateway:
  {{- range until (.Values.gateway.processes | int) }}
  - {name: mcp-metrics{{ if . }}-{{ . }}{{ end }}, port: {{ add 9464 (mul 2 .) }}, path: /metrics}
  {{- end }}
  {{- if not (include "mcp-extproc.gateway.external" .) }}
  - {name: mcp-probe, port: 8081, path: /stats/prometheus}
  {{- end }}
  {{- if .Values.gateway.policies.collect }}
  - {name: mcp-policies, port: 8082, path: /metrics}
  {{- end }}
{{- end }}
{{- end -}}
