{{- /* What no schema can say: values that do not fit each other, told in words. */}}
{{- define "mcp-extproc.checks" -}}
{{- if and (hasPrefix "redis" .Values.state.url) (not .Values.fingerprints.existingSecret.name) -}}
{{- fail "state.url names Redis, so fingerprints.existingSecret.name must name a Secret: replicas compare fingerprints under one key" -}}
{{- end -}}
{{- range $name, $_ := .Values.namespaces -}}
{{- if has $name (list "kube-system" $.Release.Namespace) -}}
{{- fail (printf "namespaces.%s: kube-system and the namespace of the release are never injected" $name) -}}
{{- end -}}
{{- if has $name $.Values.injector.excludedNamespaces -}}
{{- fail (printf "namespaces.%s: it stands in injector.excludedNamespaces too" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Values of the Envoy in a server's pod; the upstream comes from the pod. */}}
{{- define "mcp-extproc.sidecarEnvoy" -}}
listen: 0.0.0.0:8080
probe: 0.0.0.0:8081
admin: unix:/run/mcp-extproc/admin.sock
sidecars: ["unix:/run/mcp-extproc/0.sock"]
{{- end -}}
