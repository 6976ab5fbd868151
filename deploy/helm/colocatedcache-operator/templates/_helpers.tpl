{{/* The name of the operator's own objects. */}}
{{- define "operator.name" -}}
{{- .Values.fullnameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* What tells this operator's pods from all others. */}}
{{- define "operator.selector" -}}
app.kubernetes.io/name: {{ include "operator.name" . }}
{{- end -}}

{{- define "operator.labels" -}}
{{ include "operator.selector" . }}
app.kubernetes.io/part-of: colocatedcache
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* The subject of every binding. */}}
{{- define "operator.subjects" -}}
subjects:
  - kind: ServiceAccount
    name: {{ include "operator.name" . }}
    namespace: {{ .Release.Namespace }}
{{- end -}}

{{/* The rules of a role of deploy/base/rbac.yaml, by kind and name: stated once, for every way of installing. */}}
{{- define "operator.rules" -}}
{{- range .root.Files.Get "files/rbac.yaml" | splitList "\n---\n" -}}
{{- $document := fromYaml . -}}
{{- if and (eq $document.kind $.kind) (eq $document.metadata.name $.name) -}}
rules:
{{ toYaml $document.rules | indent 2 }}
{{- end -}}
{{- end -}}
{{- end -}}
