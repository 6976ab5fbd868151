//go:build tools

// Package tools names the command that e2e/argocd builds, so that go.mod and go.sum hold exactly what it needs.
package tools

import _ "github.com/argoproj/argo-cd/v3/cmd"
