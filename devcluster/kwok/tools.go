//go:build tools

// Package tools names the command that `devcluster build` builds, so that go.mod and go.sum hold exactly what it needs.
package tools

import _ "sigs.k8s.io/kwok/cmd/kwok"
