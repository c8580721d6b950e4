{{- /* What pods take from Secrets that exist: passwords and keys as variables, certificates as files. */}}

{{- define "mcp-extproc.secretEnv" -}}
{{- with .Values.state.existingSecret.name }}
- name: MCP_EXTPROC_STATE_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: {{ $.Values.state.existingSecret.key }}
{{- end }}
{{- with .Values.fingerprints.existingSecret.name }}
- name: MCP_EXTPROC_KEY
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: {{ $.Values.fingerprints.existingSecret.key }}
{{- end }}
{{- end -}}

{{- define "mcp-extproc.secretMounts" -}}
{{- if .Values.state.tls.existingSecret }}
- name: mcp-extproc-state-tls
  mountPath: /etc/mcp-extproc-state-tls
  readOnly: true
{{- end }}
{{- if .Values.jwks.existingSecret }}
- name: mcp-extproc-jwks
  mountPath: /etc/mcp-extproc-jwks
  readOnly: true
{{- end }}
{{- end -}}

{{- define "mcp-extproc.secretVolumes" -}}
{{- with .Values.state.tls.existingSecret }}
- name: mcp-extproc-state-tls
  secret:
    secretName: {{ . }}
    defaultMode: 292  # 0444, which readers of YAML differ on
{{- end }}
{{- with .Values.jwks.existingSecret }}
- name: mcp-extproc-jwks
  secret:
    secretName: {{ . }}
    defaultMode: 292  # 0444, which readers of YAML differ on
{{- end }}
{{- end -}}
