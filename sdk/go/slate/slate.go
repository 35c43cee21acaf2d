// Package slate is what blankslate elements written in Go use.
//
//	func init() {
//		slate.Hook("greet", greet)
//	}
//
//	func main() {}
//
//	func greet() error {
//		greeting, err := slate.Text("greeting")
//		if err != nil {
//			return err
//		}
//		slate.Info("greeting with %s", greeting)
//		return slate.Write("/etc/motd", []byte(greeting+"\n"), slate.Attributes{})
//	}
//
// The whole API stands in packages beside this one, one per interface, made
// from the WIT package; [Try] and [Do] turn their results into Go's errors.
package slate

import (
	"errors"
	"fmt"

	"blankslate/sdk/export_lifecycle"
	"blankslate/sdk/types"
	"blankslate/sdk/wit"
	_ "blankslate/sdk/wit_exports"
)

var hooks = map[string]func() error{}

func init() {
	export_lifecycle.Runner = run
}

// Hook registers a hook by its name in element.toml. Call it from init.
func Hook(name string, run func() error) {
	hooks[name] = run
}

// Failed ends a hook, and with it the build.
type Failed struct {
	// Message says what was tried, on what, and why it failed.
	Message string
	// Causes from the nearest to the first one.
	Causes []string
	// Hint says what a person can do about it; may be empty.
	Hint string
}

func (f Failed) Error() string {
	return f.Message
}

func run(name string) *types.Failure {
	hook, found := hooks[name]
	if !found {
		hint := "name it in element.toml as in the code"
		return failure(Failed{Message: fmt.Sprintf("the component has no hook '%s'", name), Hint: hint})
	}
	defer tell()
	return failure(hook())
}

// tell logs a panic as an error, which names it where the component's end is told, and lets it go on.
func tell() {
	if reason := recover(); reason != nil {
		LogError("panic: %v", reason)
		panic(reason)
	}
}

// failure is what the API takes for an error: each wrapped error is a cause.
func failure(err error) *types.Failure {
	if err == nil {
		return nil
	}
	var failed Failed
	if !errors.As(err, &failed) {
		failed.Message = err.Error()
		for cause := errors.Unwrap(err); cause != nil; cause = errors.Unwrap(cause) {
			failed.Causes = append(failed.Causes, cause.Error())
		}
	}
	hint := wit.None[string]()
	if failed.Hint != "" {
		hint = wit.Some(failed.Hint)
	}
	return &types.Failure{Message: failed.Message, Causes: failed.Causes, Hint: hint}
}

// Try turns a result of the API into a value and an error, which is an [Error].
func Try[T, E any](result wit.Result[T, E]) (T, error) {
	if result.IsErr() {
		var none T
		return none, Error[E]{result.Err()}
	}
	return result.Ok(), nil
}

// Do turns a result of the API without a value into an error.
func Do[E any](result wit.Result[wit.Unit, E]) error {
	_, err := Try(result)
	return err
}
