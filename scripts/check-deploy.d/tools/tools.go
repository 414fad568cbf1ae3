//go:build tools

// Package tools names the programs that are built here, so that go.mod holds their versions.
package tools

import (
	_ "github.com/yannh/kubeconform/cmd/kubeconform"
	_ "sigs.k8s.io/kustomize/kustomize/v5"
)
