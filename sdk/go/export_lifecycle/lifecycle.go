// Package export_lifecycle is what the generated exports call. Elements use
// package slate, which registers their hooks here.
package export_lifecycle

import (
	"blankslate/sdk/types"
	"blankslate/sdk/wit"
)

// Runner runs the hook of a name.
var Runner func(name string) *types.Failure

// Run runs one hook of the manifest.
func Run(hook types.HookCall) wit.Result[wit.Unit, types.Failure] {
	if failure := Runner(hook.Name); failure != nil {
		return wit.Err[wit.Unit, types.Failure](*failure)
	}
	return wit.Ok[wit.Unit, types.Failure](wit.Unit{})
}
