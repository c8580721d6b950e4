{{- /* Conditions in CEL that the API server evaluates; tests/helm evaluates them as well. */}}

{{- define "mcp-extproc.admission.on" -}}
{{- $can := semverCompare ">=1.30.0-0" .Capabilities.KubeVersion.Version -}}
{{- $wanted := .Values.admission.enabled | toString -}}
{{- if and (eq $wanted "true") (not $can) -}}
{{- fail (printf "admission.enabled is true, but Kubernetes %s has no ValidatingAdmissionPolicy: that is 1.30 or newer" .Capabilities.KubeVersion.Version) -}}
{{- end -}}
{{- if and .Values.namespaces $can (ne $wanted "false") -}}true{{- end -}}
{{- end -}}

{{- /* Whoever may do everything in the cluster, who was granted this, who is named, and what cleans up after namespaces. */}}
{{- define "mcp-extproc.admission.mayManage" -}}
{{- $accounts := concat .Values.admission.accounts (list "system:serviceaccount:kube-system:namespace-controller" "system:serviceaccount:kube-system:generic-garbage-collector") -}}
request.userInfo.username in {{ toJson $accounts }} ||
(has(request.userInfo.groups) && request.userInfo.groups.exists(one, one in {{ toJson .Values.admission.groups }})) ||
authorizer.group("mcp-extproc.io").resource("platform").check("manage").allowed()
{{- end -}}

{{- /* One condition for each injected container: as the template has it, but for what differs between pods. */}}
{{- define "mcp-extproc.admission.container" -}}
{{- $container := .container -}}
{{- $own := list "MCP_EXTPROC_SERVER" "MCP_EXTPROC_PORT" "MCP_EXTPROC_PATH" -}}
{{- $cases := list -}}
{{- range $container.env -}}
{{- if has .name $own -}}
{{- $cases = append $cases (printf "(e.name == %s && has(e.value) && !has(e.valueFrom))" (toJson .name)) -}}
{{- else if hasKey . "value" -}}
{{- $cases = append $cases (printf "(e.name == %s && has(e.value) && e.value == %s)" (toJson .name) (toJson .value)) -}}
{{- else -}}
{{- $cases = append $cases (printf "(e.name == %s && has(e.valueFrom))" (toJson .name)) -}}
{{- end -}}
{{- end -}}
{{- $mounts := list -}}
{{- range $container.volumeMounts }}{{- $mounts = append $mounts (printf "%s:%s" .name .mountPath) -}}{{- end -}}
has(object.spec.initContainers) && object.spec.initContainers.exists_one(c, c.name == {{ $container.name | toJson }}) &&
object.spec.initContainers.exists(c, c.name == {{ $container.name | toJson }} &&
  c.image == {{ $container.image | toJson }} &&
  {{ if $container.restartPolicy }}has(c.restartPolicy) && c.restartPolicy == "Always"{{ else }}!has(c.restartPolicy){{ end }} &&
  has(c.command) && c.command == {{ toJson $container.command }} &&
  has(c.args) && c.args == {{ include "mcp-extproc.admission.strings" $container.args }} &&
  {{ if $cases }}has(c.env) && c.env.size() == {{ len $cases }} && c.env.all(e, {{ join " || " $cases }}){{ else }}!has(c.env){{ end }} &&
  !has(c.envFrom) && !has(c.lifecycle) &&
  has(c.volumeMounts) && {{ toJson $mounts }}.all(m, c.volumeMounts.exists(v, v.name + ":" + v.mountPath == m)) &&
  c.volumeMounts.all(v, v.name.startsWith("kube-api-access-") || (v.name + ":" + v.mountPath) in {{ toJson $mounts }}))
{{- end -}}

{{- /* Arguments as text, which is what the API server has. */}}
{{- define "mcp-extproc.admission.strings" -}}
{{- $all := list -}}
{{- range . }}{{- $all = append $all (toString .) -}}{{- end -}}
{{- toJson $all -}}
{{- end -}}
