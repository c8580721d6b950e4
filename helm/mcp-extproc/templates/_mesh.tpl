{{- /* What the templates for gateways that are there share. */}}

{{- define "mcp-extproc.bodyBytes" -}}
{{- ((.Values.extproc.limits | default dict).body_bytes | default 4194304) | int64 -}}
{{- end -}}

{{- /* Policies of the gateway's namespace may name the sidecar in this one. */}}
{{- define "mcp-extproc.referenceGrant" }}
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata:
  name: {{ include "mcp-extproc.gateway.name" .root }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "mcp-extproc.labels" (dict "root" .root "component" "mesh") | nindent 4 }}
  {{- include "mcp-extproc.annotations" (dict "root" .root) }}
spec:
  from:
    - group: {{ .group }}
      kind: {{ .kind }}
      namespace: {{ .namespace }}
  to:
    - group: ""
      kind: Service
      name: {{ include "mcp-extproc.gateway.name" .root }}
{{- end -}}
