{{- /* The gateway's names, ports, and the files of its pods. */}}

{{- define "mcp-extproc.gateway.on" -}}
{{- if eq .Values.mode "central" -}}true{{- end -}}
{{- end -}}

{{- define "mcp-extproc.gateway.name" -}}
{{- include "mcp-extproc.fullname" . }}-gateway
{{- end -}}

{{- define "mcp-extproc.gateway.external" -}}
{{- if eq .Values.gateway.profile "external" -}}true{{- end -}}
{{- end -}}

{{- define "mcp-extproc.gateway.port" -}}
{{- if include "mcp-extproc.gateway.external" . -}}18080{{- else if .Values.gateway.tls.existingSecret -}}8443{{- else -}}8080{{- end -}}
{{- end -}}

{{- /* Where the servers are: whose policies count. */}}
{{- define "mcp-extproc.gateway.namespaces" -}}
{{- $names := list -}}
{{- range .Values.gateway.servers }}{{- $names = append $names .namespace -}}{{- end -}}
{{- $names | uniq | sortAlpha | toJson -}}
{{- end -}}

{{- define "mcp-extproc.gateway.extprocYaml" -}}
{{- $servers := list -}}
{{- range .Values.gateway.servers -}}
{{- $servers = append $servers (omit . "upstream" "tls") -}}
{{- end -}}
{{- $policy := list "policy" -}}
{{- if .Values.gateway.policies.collect }}{{ $policy = append $policy "/run/mcp-extproc/policies" }}{{ end -}}
{{- $listen := ternary "0.0.0.0:18080" "" (eq .Values.gateway.profile "external") -}}
{{- include "mcp-extproc.extprocYaml" (dict "root" . "policy" $policy "servers" $servers "listen" $listen) -}}
{{- end -}}

{{- define "mcp-extproc.gateway.envoyOwn" -}}
listen: {host: 0.0.0.0, port: {{ include "mcp-extproc.gateway.port" . }}}
probe: {host: 0.0.0.0, port: 8081}
admin: unix:/run/mcp-extproc/admin.sock
sidecars:
  {{- range until (.Values.gateway.processes | int) }}
  - unix:/run/mcp-extproc/{{ . }}.sock
  {{- end }}
servers:
  {{- range .Values.gateway.servers }}
  - {{ pick . "name" "hosts" "paths" "upstream" "tls" | toJson }}
  {{- end }}
{{- if .Values.gateway.tls.existingSecret }}
tls:
  certificate: /etc/mcp-extproc-tls/tls.crt
  key: /etc/mcp-extproc-tls/tls.key
  {{- if .Values.gateway.clientCa.existingSecret }}
  client_ca: /etc/mcp-extproc-client-ca/{{ .Values.gateway.clientCa.key }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "mcp-extproc.gateway.envoyYaml" -}}
{{- include "mcp-extproc.envoyYaml" (dict "root" . "own" (include "mcp-extproc.gateway.envoyOwn" . | fromYaml) "values" .Values.gateway.values) -}}
{{- end -}}

{{- /* Long enough for the pause, the drain and what Envoy and the log still write. */}}
{{- define "mcp-extproc.gateway.grace" -}}
{{- $drain := ((.Values.extproc.timeouts | default dict).drain | default 10) -}}
{{- add (.Values.gateway.drainSeconds | int) 5 (ceil $drain | int) 15 -}}
{{- end -}}

{{- /* One sidecar process; each has a socket and ports of its own. */}}
{{- define "mcp-extproc.gateway.process" -}}
{{- $root := .root -}}
{{- $gateway := $root.Values.gateway -}}
{{- $number := .number | int -}}
{{- $external := include "mcp-extproc.gateway.external" $root -}}
- name: mcp-extproc{{ if $number }}-{{ $number }}{{ end }}
  image: {{ include "mcp-extproc.image" (dict "root" $root "image" $root.Values.image) }}
  imagePullPolicy: {{ $root.Values.image.pullPolicy }}
  command: [extproc]
  args:
    - serve
    - --config
    - /etc/mcp-extproc/extproc.yaml
    {{- with $gateway.extraArgs }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  env:
    {{- if not $external }}
    - name: EXTPROC_LISTEN__ADDRESS
      value: unix:/run/mcp-extproc/{{ $number }}.sock
    {{- end }}
    - name: EXTPROC_METRICS__ADDRESS
      value: 0.0.0.0:{{ add 9464 (mul 2 $number) }}
    - name: EXTPROC_HEALTH__ADDRESS
      value: 0.0.0.0:{{ add 9465 (mul 2 $number) }}
    {{- if $root.Values.holds.enabled }}
    - name: EXTPROC_CONTROL__SOCKET
      value: /run/mcp-extproc/control-{{ $number }}.sock
    {{- end }}
    {{- include "mcp-extproc.secretEnv" $root | nindent 4 }}
    {{- with $gateway.extraEnv }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  ports:
    {{- if $external }}
    - name: grpc-extproc
      containerPort: 18080
      protocol: TCP
    {{- end }}
    - name: mcp-metrics{{ if $number }}-{{ $number }}{{ end }}
      containerPort: {{ add 9464 (mul 2 $number) }}
      protocol: TCP
    - name: mcp-health{{ if $number }}-{{ $number }}{{ end }}
      containerPort: {{ add 9465 (mul 2 $number) }}
      protocol: TCP
  {{- include "mcp-extproc.probes" (dict "port" (add 9465 (mul 2 $number))) | nindent 2 }}
  {{- if semverCompare ">=1.30.0-0" $root.Capabilities.KubeVersion.Version }}
  # It outlives Envoy, which ends after its own pause.
  lifecycle:
    preStop:
      sleep:
        seconds: {{ add ($gateway.drainSeconds | int) 5 }}
  {{- end }}
  resources:
    {{- toYaml $gateway.resources | nindent 4 }}
  securityContext:
    {{- include "mcp-extproc.containerSecurityContext" $root | nindent 4 }}
  volumeMounts:
    - name: mcp-extproc-config
      mountPath: /etc/mcp-extproc
      readOnly: true
    - name: mcp-extproc-policy
      mountPath: /etc/mcp-extproc/policy
      readOnly: true
    - name: mcp-extproc-run
      mountPath: /run/mcp-extproc
    {{- if $gateway.policies.collect }}
    - name: mcp-extproc-collected
      mountPath: /run/mcp-extproc/policies
      readOnly: true
    {{- end }}
    - name: mcp-extproc-tmp
      mountPath: /tmp
    {{- include "mcp-extproc.secretMounts" $root | nindent 4 }}
    {{- with $gateway.extraVolumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{- /* Ready once it has read all policies there are, so that no process begins without those of teams. */}}
{{- define "mcp-extproc.gateway.collector" -}}
- name: mcp-extproc-policies
  image: {{ include "mcp-extproc.image" (dict "root" . "image" .Values.image) }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  restartPolicy: Always
  command: [extproc]
  args:
    - kubernetes
    - policies
    - --output
    - /run/mcp-extproc/policies
    - --floor
    - /etc/mcp-extproc/policy
    - --config
    - /etc/mcp-extproc/extproc.yaml
    - --namespaces
    - {{ include "mcp-extproc.gateway.namespaces" . | fromJsonArray | join "," }}
    - --health
    - 0.0.0.0:8082
  ports:
    - name: mcp-policies
      containerPort: 8082
      protocol: TCP
  startupProbe:
    httpGet:
      path: /readyz
      port: 8082
    periodSeconds: 1
    failureThreshold: 120
  livenessProbe:
    httpGet:
      path: /healthz
      port: 8082
    periodSeconds: 10
    failureThreshold: 6
  resources:
    {{- toYaml .Values.gateway.policies.resources | nindent 4 }}
  securityContext:
    {{- include "mcp-extproc.containerSecurityContext" . | nindent 4 }}
  volumeMounts:
    - name: mcp-extproc-config
      mountPath: /etc/mcp-extproc
      readOnly: true
    - name: mcp-extproc-policy
      mountPath: /etc/mcp-extproc/policy
      readOnly: true
    - name: mcp-extproc-collected
      mountPath: /run/mcp-extproc/policies
    - name: mcp-extproc-account
      mountPath: /var/run/secrets/kubernetes.io/serviceaccount
      readOnly: true
    - name: mcp-extproc-tmp
      mountPath: /tmp
{{- end -}}
