{{- /* The files in ConfigMaps, for a pod of its own namespace or for the gateway. */}}

{{- /* Settings that are the chart's business; whatever else is set, these hold. */}}
{{- define "mcp-extproc.ownSettings" -}}
{{- $values := .root.Values -}}
policy: {{ .policy | toJson }}
listen:
  address: {{ .listen | default "unix:/run/mcp-extproc/0.sock" }}
metrics:
  address: 0.0.0.0:9464
health:
  address: 0.0.0.0:9465
{{- with .namespace }}
namespace: {{ . }}
{{- end }}
{{- with .servers }}
servers:
  {{- toYaml . | nindent 2 }}
{{- end }}
control:
  socket: {{ ternary "/run/mcp-extproc/control.sock" nil $values.holds.enabled | toJson }}
state:
  url: {{ $values.state.url | default "memory:" | quote }}
  {{- if $values.state.cluster }}
  cluster: true
  {{- end }}
  {{- with $values.state.username }}
  username: {{ . | quote }}
  {{- end }}
  {{- if $values.state.existingSecret.name }}
  password_env: MCP_EXTPROC_STATE_PASSWORD
  {{- end }}
  {{- if $values.state.tls.existingSecret }}
  {{- with $values.state.tls.caKey }}
  ca_file: /etc/mcp-extproc-state-tls/{{ . }}
  {{- end }}
  {{- with $values.state.tls.certKey }}
  cert_file: /etc/mcp-extproc-state-tls/{{ . }}
  {{- end }}
  {{- with $values.state.tls.keyKey }}
  key_file: /etc/mcp-extproc-state-tls/{{ . }}
  {{- end }}
  {{- end }}
{{- if $values.fingerprints.existingSecret.name }}
detection:
  key_env: MCP_EXTPROC_KEY
{{- end }}
{{- end -}}

{{- /* extproc.yaml: `own` over the namespace's over everybody's. */}}
{{- define "mcp-extproc.extprocYaml" -}}
{{- $own := include "mcp-extproc.ownSettings" . | fromYaml -}}
{{- if hasKey $own "Error" -}}{{- fail (printf "settings: %s" $own.Error) -}}{{- end -}}
{{- $over := deepCopy (.over | default dict) -}}
{{- toYaml (mergeOverwrite (deepCopy .root.Values.extproc) $over $own) -}}
{{- end -}}

{{- /* envoy.yaml: values for `extproc envoy render`. The body limit is one number for both. */}}
{{- define "mcp-extproc.envoyYaml" -}}
{{- $limits := (mergeOverwrite (deepCopy .root.Values.extproc) (deepCopy (.over | default dict))).limits | default dict -}}
{{- $own := dict "limits" (dict "body_bytes" ($limits.body_bytes | default 4194304 | int64)) -}}
{{- toYaml (mergeOverwrite (deepCopy .root.Values.envoy.values) (deepCopy (.values | default dict)) $own (deepCopy .own)) -}}
{{- end -}}

{{- define "mcp-extproc.platformYaml" -}}
{{- $floor := .Values.policy.floor -}}
apiVersion: mcp-extproc/v1
kind: Policy
metadata:
  name: {{ $floor.name | quote }}
  {{- with $floor.description }}
  description: {{ . | quote }}
  {{- end }}
  layer: platform
spec:
  {{- toYaml $floor.spec | nindent 2 }}
{{- with $floor.tests }}
tests:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* A layer of one namespace. Its scope is written here, and not by whoever writes the values. */}}
{{- define "mcp-extproc.namespaceYaml" -}}
{{- include "mcp-extproc.tightens" . -}}
apiVersion: mcp-extproc/v1
kind: Policy
metadata:
  name: {{ .policy.name | default (printf "namespace-%s" .name) | quote }}
  {{- with .policy.description }}
  description: {{ . | quote }}
  {{- end }}
  layer: namespace
  namespaces: [{{ .name | quote }}]
spec:
  {{- toYaml .policy.spec | nindent 2 }}
{{- with .policy.tests }}
tests:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* What can be seen of a loosening without judging: the rest is refused when the sidecar loads it. */}}
{{- define "mcp-extproc.tightens" -}}
{{- $severity := dict "allow" 0 "hold" 1 "deny" 2 -}}
{{- $floor := .root.Values.policy.floor -}}
{{- $where := printf "namespaces.%s.policy" .name -}}
{{- $default := .policy.spec.default -}}
{{- if and $default (ne (.policy.spec.mode | default "enforce") "shadow") (ne ($floor.spec.mode | default "enforce") "shadow") -}}
{{- if lt (get $severity $default | int) (get $severity $floor.spec.default | int) -}}
{{- fail (printf "%s.spec.default: %s is weaker than %s, the default of policy.floor; a namespace can only tighten" $where $default $floor.spec.default) -}}
{{- end -}}
{{- end -}}
{{- if eq (.policy.name | default (printf "namespace-%s" .name)) $floor.name -}}
{{- fail (printf "%s.name: %s is the name of policy.floor" $where $floor.name) -}}
{{- end -}}
{{- $taken := dict -}}
{{- range $floor.spec.rules }}{{- $_ := set $taken .id true -}}{{- end -}}
{{- range .policy.spec.rules -}}
{{- if hasKey $taken .id -}}
{{- fail (printf "%s.spec.rules: the id %s is that of a rule of policy.floor; every rule has one of its own" $where .id) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Values of the Envoy in a server's pod; the upstream comes from the pod. */}}
{{- define "mcp-extproc.sidecarEnvoy" -}}
listen: {host: 0.0.0.0, port: 8080}
rewrite_host: true
probe: {host: 0.0.0.0, port: 8081}
admin: unix:/run/mcp-extproc/admin.sock
sidecars: ["unix:/run/mcp-extproc/0.sock"]
{{- end -}}
