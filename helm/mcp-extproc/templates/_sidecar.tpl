{{- /*
The containers that guard one server, and their volumes: written once, for the injector, for pods written by hand and for
other charts that depend on this one.

    initContainers:
      {{- include "mcp-extproc.sidecar.initContainers" (dict "root" . "server" "crm" "port" 9000 "path" "/mcp") | nindent 2 }}
    volumes:
      {{- include "mcp-extproc.sidecar.volumes" (dict "root" .) | nindent 2 }}

`root` is the scope of this chart: in a chart that depends on it, (index .Subcharts "mcp-extproc").
*/}}

{{- define "mcp-extproc.sidecar.initContainers" -}}
{{- $root := .root -}}
{{- $values := $root.Values -}}
{{- $server := .server | default "default" | toString -}}
{{- $port := .port | default 9000 | toString -}}
{{- $path := .path | default "/mcp" | toString -}}
{{- if not (regexMatch "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$" $server) -}}
{{- fail (printf "server %q: up to 64 letters, digits and . _ -, beginning with a letter or digit" $server) -}}
{{- end -}}
{{- if not (and (regexMatch "^[1-9][0-9]{0,4}$" $port) (le (atoi $port) 65535)) -}}
{{- fail (printf "port %q: a number from 1 to 65535" $port) -}}
{{- end -}}
{{- if has $port (list "8080" "8081" "9464" "9465") -}}
{{- fail (printf "port %s is one of the sidecar's own (8080, 8081, 9464, 9465)" $port) -}}
{{- end -}}
{{- if not (and (regexMatch "^((/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+/?|/)$" $path) (le (len $path) 128)) -}}
{{- fail (printf "path %q: names of letters, digits, dots (not first) and _ ~ -, a slash before each, at most 128 characters" $path) -}}
{{- end -}}
- name: mcp-extproc-render
  image: {{ include "mcp-extproc.image" (dict "root" $root "image" $values.image) }}
  imagePullPolicy: {{ $values.image.pullPolicy }}
  command: [extproc]
  args:
    - envoy
    - render
    - --profile
    - sidecar
    - --values
    - /etc/mcp-extproc/envoy.yaml
    - --set
    - upstream=http://127.0.0.1:$(MCP_EXTPROC_PORT)
    - --output
    - /run/mcp-extproc/envoy.yaml
  env:
    - name: MCP_EXTPROC_PORT
      value: {{ $port | quote }}
  resources:
    {{- toYaml $values.sidecar.render.resources | nindent 4 }}
  securityContext:
    {{- include "mcp-extproc.containerSecurityContext" $root | nindent 4 }}
  volumeMounts:
    - name: mcp-extproc-config
      mountPath: /etc/mcp-extproc
      readOnly: true
    - name: mcp-extproc-run
      mountPath: /run/mcp-extproc
    - name: mcp-extproc-tmp
      mountPath: /tmp
- name: mcp-extproc
  image: {{ include "mcp-extproc.image" (dict "root" $root "image" $values.image) }}
  imagePullPolicy: {{ $values.image.pullPolicy }}
  restartPolicy: Always
  command: [extproc]
  args:
    - serve
    - --config
    - /etc/mcp-extproc/extproc.yaml
    {{- with $values.sidecar.extraArgs }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  env:
    - name: MCP_EXTPROC_SERVER
      value: {{ $server | quote }}
    - name: MCP_EXTPROC_PATH
      value: {{ $path | quote }}
    - name: EXTPROC_SERVERS
      value: '[{"name": "$(MCP_EXTPROC_SERVER)", "hosts": ["*"], "paths": ["$(MCP_EXTPROC_PATH)"]}]'
    {{- include "mcp-extproc.secretEnv" $root | nindent 4 }}
    {{- with $values.sidecar.extraEnv }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  ports:
    - name: mcp-metrics
      containerPort: 9464
      protocol: TCP
    - name: mcp-health
      containerPort: 9465
      protocol: TCP
  {{- include "mcp-extproc.probes" (dict "port" 9465) | nindent 2 }}
  resources:
    {{- toYaml $values.sidecar.resources | nindent 4 }}
  securityContext:
    {{- include "mcp-extproc.containerSecurityContext" $root | nindent 4 }}
  volumeMounts:
    - name: mcp-extproc-config
      mountPath: /etc/mcp-extproc
      readOnly: true
    - name: mcp-extproc-policy
      mountPath: /etc/mcp-extproc/policy
      readOnly: true
    {{- if $values.policy.team.enabled }}
    - name: mcp-extproc-team
      mountPath: /etc/mcp-extproc/team
      readOnly: true
    {{- end }}
    - name: mcp-extproc-run
      mountPath: /run/mcp-extproc
    - name: mcp-extproc-tmp
      mountPath: /tmp
    {{- include "mcp-extproc.secretMounts" $root | nindent 4 }}
    {{- with $values.sidecar.extraVolumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
- name: mcp-extproc-envoy
  image: {{ include "mcp-extproc.image" (dict "root" $root "image" $values.envoy.image) }}
  imagePullPolicy: {{ $values.envoy.image.pullPolicy }}
  restartPolicy: Always
  command: [envoy]
  args:
    - -c
    - /run/mcp-extproc/envoy.yaml
    - --disable-hot-restart
    - --concurrency
    - {{ $values.sidecar.envoy.concurrency | quote }}
    {{- with $values.sidecar.envoy.extraArgs }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  ports:
    - name: mcp
      containerPort: 8080
      protocol: TCP
    - name: mcp-probe
      containerPort: 8081
      protocol: TCP
  {{- include "mcp-extproc.envoyProbes" $root | nindent 2 }}
  resources:
    {{- toYaml $values.sidecar.envoy.resources | nindent 4 }}
  securityContext:
    {{- include "mcp-extproc.containerSecurityContext" $root | nindent 4 }}
  volumeMounts:
    - name: mcp-extproc-run
      mountPath: /run/mcp-extproc
{{- end -}}

{{- define "mcp-extproc.sidecar.volumes" -}}
{{- $root := .root -}}
{{- $values := $root.Values -}}
- name: mcp-extproc-config
  projected:
    defaultMode: 292  # 0444, which readers of YAML differ on
    sources:
      - configMap:
          name: mcp-extproc
          items:
            - key: extproc.yaml
              path: extproc.yaml
            - key: envoy.yaml
              path: envoy.yaml
# A volume of its own: its root is what the kubelet swaps, and so what can be watched for changes.
- name: mcp-extproc-policy
  projected:
    defaultMode: 292  # 0444, which readers of YAML differ on
    sources:
      - configMap:
          name: mcp-extproc
          items:
            - key: platform.yaml
              path: platform.yaml
      - configMap:
          name: mcp-extproc
          optional: true
          items:
            - key: namespace.yaml
              path: namespace.yaml
{{- if $values.policy.team.enabled }}
# What the team writes; the configuration binds it to its own namespace.
- name: mcp-extproc-team
  projected:
    defaultMode: 292
    sources:
      - configMap:
          name: mcp-extproc-policy
          optional: true
          items:
            - key: policy.yaml
              path: policy.yaml
{{- end }}
- name: mcp-extproc-run
  emptyDir:
    medium: Memory
    sizeLimit: 16Mi
- name: mcp-extproc-tmp
  emptyDir:
    sizeLimit: 64Mi
{{- include "mcp-extproc.secretVolumes" $root }}
{{- with $values.sidecar.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "mcp-extproc.sidecar.labels" -}}
mcp-extproc.io/injected: "true"
{{- end -}}

{{- /* Closed until a policy is in force and keys are there; a sidecar that hangs for five minutes is started again. */}}
{{- define "mcp-extproc.probes" -}}
startupProbe:
  grpc:
    port: {{ .port }}
  periodSeconds: 1
  timeoutSeconds: 2
  failureThreshold: 120
readinessProbe:
  grpc:
    port: {{ .port }}
  periodSeconds: 5
  timeoutSeconds: 2
  failureThreshold: 2
livenessProbe:
  grpc:
    port: {{ .port }}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 30
{{- end -}}

{{- define "mcp-extproc.envoyProbes" -}}
startupProbe:
  httpGet:
    path: /ready
    port: 8081
  periodSeconds: 1
  timeoutSeconds: 2
  failureThreshold: 60
readinessProbe:
  httpGet:
    path: /ready
    port: 8081
  periodSeconds: 5
  timeoutSeconds: 2
  failureThreshold: 2
livenessProbe:
  tcpSocket:
    port: 8081
  periodSeconds: 10
  timeoutSeconds: 2
  failureThreshold: 6
{{- end -}}
