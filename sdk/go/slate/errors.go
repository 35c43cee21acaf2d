package slate

import (
	"fmt"

	"blankslate/sdk/command"
	"blankslate/sdk/packages"
	"blankslate/sdk/params"
	"blankslate/sdk/rootfs"
)

// Error is an error of the API; Value is the error type of the interface.
type Error[E any] struct {
	Value E
}

func (e Error[E]) Error() string {
	switch value := any(e.Value).(type) {
	case rootfs.Error:
		return rootfsError(value)
	case command.Error:
		return commandError(value)
	case params.Error:
		if value.Tag() == params.ErrorUndeclared {
			return "undeclared: " + value.Undeclared()
		}
		return "denied: " + value.Denied()
	case packages.Error:
		return packagesError(value)
	}
	return fmt.Sprintf("%+v", e.Value)
}

func rootfsError(err rootfs.Error) string {
	cases := [...]string{"not-found", "exists", "not-a-directory", "is-a-directory", "not-empty", "too-many-links",
		"unknown-owner", "too-large", "invalid", "no-space", "denied", "other"}
	name := cases[err.Tag()]
	switch err.Tag() {
	case rootfs.ErrorUnknownOwner:
		return name + ": " + err.UnknownOwner()
	case rootfs.ErrorTooLarge:
		return name + ": " + err.TooLarge()
	case rootfs.ErrorInvalid:
		return name + ": " + err.Invalid()
	case rootfs.ErrorDenied:
		return name + ": " + err.Denied()
	case rootfs.ErrorOther:
		return name + ": " + err.Other()
	}
	return name
}

func commandError(err command.Error) string {
	switch err.Tag() {
	case command.ErrorDenied:
		return "denied: " + err.Denied()
	case command.ErrorNotFound:
		return "not-found: " + err.NotFound()
	case command.ErrorFailed:
		failed := err.Failed()
		if failed.Signal.IsSome() {
			return fmt.Sprintf("failed: %s: signal %d", failed.Command, failed.Signal.Some())
		}
		return fmt.Sprintf("failed: %s: status %d", failed.Command, failed.Status.SomeOr(0))
	case command.ErrorTimedOut:
		return fmt.Sprintf("timed-out: %d", err.TimedOut())
	case command.ErrorTooMuchOutput:
		return "too-much-output: " + err.TooMuchOutput()
	case command.ErrorInvalid:
		return "invalid: " + err.Invalid()
	}
	return "other: " + err.Other()
}

func packagesError(err packages.Error) string {
	switch err.Tag() {
	case packages.ErrorUnmapped:
		return "unmapped: " + err.Unmapped()
	case packages.ErrorInvalid:
		return "invalid: " + err.Invalid()
	}
	return "failed: " + err.Failed().Message
}
