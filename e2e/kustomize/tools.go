//go:build tools

// Package tools names the command that e2e/argocd has Argo CD's repo server run, so that go.mod and go.sum hold exactly what it needs.
package tools

import _ "sigs.k8s.io/kustomize/kustomize/v5"
