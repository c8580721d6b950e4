{{- /* What no schema can say: values that do not fit each other, told in words. */}}
{{- define "mcp-extproc.checks" -}}
{{- if and (hasPrefix "redis" .Values.state.url) (not .Values.fingerprints.existingSecret.name) -}}
{{- fail "state.url names Redis, so fingerprints.existingSecret.name must name a Secret: replicas compare fingerprints under one key" -}}
{{- end -}}
{{- $certificates := .Values.injector.certificates -}}
{{- if eq $certificates.mode "existingSecret" -}}
{{- if not (and $certificates.existingSecret $certificates.caBundle) -}}
{{- fail "injector.certificates.mode existingSecret needs injector.certificates.existingSecret, and its authority in injector.certificates.caBundle" -}}
{{- end -}}
{{- end -}}
{{- if and .Values.monitoring.podMonitor.enabled .Values.monitoring.serviceMonitor.enabled -}}
{{- fail "monitoring.podMonitor and monitoring.serviceMonitor would read the same twice: enable one" -}}
{{- end -}}
{{- range $system, $mesh := .Values.mesh -}}
{{- if and $mesh.enabled (not (include "mcp-extproc.gateway.on" $)) -}}
{{- fail (printf "mesh.%s.enabled needs mode central, with gateway.profile external" $system) -}}
{{- end -}}
{{- end -}}
{{- range $name, $namespace := .Values.namespaces -}}
{{- if and $namespace.extproc (include "mcp-extproc.gateway.on" $) -}}
{{- fail (printf "namespaces.%s.extproc: in central mode one sidecar serves all namespaces; its settings are under extproc" $name) -}}
{{- end -}}
{{- if eq $name $.Release.Namespace -}}
{{- fail (printf "namespaces.%s: the namespace of the release is never injected" $name) -}}
{{- end -}}
{{- if hasPrefix "kube-" $name -}}
{{- fail (printf "namespaces.%s: names that begin with kube- are those of Kubernetes itself" $name) -}}
{{- end -}}
{{- if has $name $.Values.injector.excludedNamespaces -}}
{{- fail (printf "namespaces.%s: it stands in injector.excludedNamespaces too" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "mcp-extproc.gateway.checks" -}}
{{- $gateway := .Values.gateway -}}
{{- if not $gateway.servers -}}
{{- fail "mode is central, so gateway.servers must name the servers behind the gateway" -}}
{{- end -}}
{{- $external := eq $gateway.profile "external" -}}
{{- range $gateway.servers -}}
{{- if and $external .upstream -}}
{{- fail (printf "gateway.servers: %s has an upstream, but with gateway.profile external the gateway that is there routes" .name) -}}
{{- else if not (or $external .upstream) -}}
{{- fail (printf "gateway.servers: %s needs an upstream, as http://name.namespace.svc:9000" .name) -}}
{{- end -}}
{{- end -}}
{{- if and (eq $gateway.profile "strict-egress") (not ($gateway.values.egress | default dict).resolvers) -}}
{{- fail "gateway.profile strict-egress needs gateway.values.egress.resolvers: the resolvers that are asked, by address and port" -}}
{{- end -}}
{{- if and (has $gateway.profile (list "edge")) (not $gateway.tls.existingSecret) -}}
{{- fail "gateway.profile edge ends TLS, so gateway.tls.existingSecret must name a Secret" -}}
{{- end -}}
{{- if and $gateway.clientCa.existingSecret (not $gateway.tls.existingSecret) -}}
{{- fail "gateway.clientCa.existingSecret asks clients for certificates, which needs gateway.tls.existingSecret" -}}
{{- end -}}
{{- if and $external (gt ($gateway.processes | int) 1) -}}
{{- fail "gateway.processes: with gateway.profile external each pod has one process; raise gateway.replicas" -}}
{{- end -}}
{{- if and $gateway.networkPolicy.enabled (not $external) (not $gateway.networkPolicy.egress) -}}
{{- fail "gateway.networkPolicy.egress must say where the servers are (and Redis and key sets), as egress rules; or switch gateway.networkPolicy.enabled off" -}}
{{- end -}}
{{- $many := or (gt ($gateway.replicas | int) 1) (gt ($gateway.processes | int) 1) $gateway.autoscaling.enabled -}}
{{- if and $many (not .Values.state.url) (not $gateway.ownState) -}}
{{- fail "more than one process needs state.url: what one knows of a session, another does not; or accept that with gateway.ownState" -}}
{{- end -}}
{{- range $system, $mesh := .Values.mesh -}}
{{- if and $mesh.enabled (not $external) -}}
{{- fail (printf "mesh.%s.enabled needs gateway.profile external: the gateway that is there is the Envoy" $system) -}}
{{- end -}}
{{- end -}}
{{- end -}}
