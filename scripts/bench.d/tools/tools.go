//go:build tools

// Package tools names what is built from other modules, so that go.mod keeps its version.
package tools

import _ "github.com/tsenart/vegeta/v12"
