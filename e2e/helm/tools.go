//go:build tools

// Package tools names the program that `e2e/tool helm` builds, so that go.mod and go.sum hold exactly what it needs.
package tools

import _ "helm.sh/helm/v3/cmd/helm"
