//go:build tools

// Package tools names the command that e2e/karpenter builds, so that go.mod and go.sum hold exactly what it needs.
package tools

import _ "sigs.k8s.io/karpenter/kwok"
