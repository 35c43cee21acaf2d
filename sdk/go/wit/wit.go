// Package wit has Go's forms of WIT's generic types.
package wit

// The cases of [Option].
const (
	OptionNone = iota
	OptionSome
)

// The cases of [Result].
const (
	ResultOk = iota
	ResultErr
)

// Unit is the value of a result that has none.
type Unit struct{}

// Tuple2 is a pair.
type Tuple2[T0, T1 any] struct {
	F0 T0
	F1 T1
}

// Option is a value that may be absent. The zero Option is.
type Option[T any] struct {
	some  bool
	value T
}

// None is an absent value.
func None[T any]() Option[T] { return Option[T]{} }

// Some is a present value.
func Some[T any](value T) Option[T] { return Option[T]{true, value} }

// IsSome says whether there is a value.
func (o Option[T]) IsSome() bool { return o.some }

// IsNone says whether there is no value.
func (o Option[T]) IsNone() bool { return !o.some }

// Some is the value; without one it panics.
func (o Option[T]) Some() T {
	if !o.some {
		panic("the option has no value")
	}
	return o.value
}

// SomeOr is the value, or another where there is none.
func (o Option[T]) SomeOr(other T) T {
	if o.some {
		return o.value
	}
	return other
}

// Tag is OptionSome or OptionNone.
func (o Option[T]) Tag() uint8 {
	if o.some {
		return OptionSome
	}
	return OptionNone
}

// Result is a value or an error.
type Result[T, E any] struct {
	failed bool
	value  T
	err    E
}

// Ok is a result with a value.
func Ok[T, E any](value T) Result[T, E] { return Result[T, E]{value: value} }

// Err is a result with an error.
func Err[T, E any](err E) Result[T, E] { return Result[T, E]{failed: true, err: err} }

// IsOk says whether there is a value.
func (r Result[T, E]) IsOk() bool { return !r.failed }

// IsErr says whether there is an error.
func (r Result[T, E]) IsErr() bool { return r.failed }

// Ok is the value; where there is an error it panics.
func (r Result[T, E]) Ok() T {
	if r.failed {
		panic("the result is an error")
	}
	return r.value
}

// Err is the error; where there is none it panics.
func (r Result[T, E]) Err() E {
	if !r.failed {
		panic("the result is no error")
	}
	return r.err
}

// Tag is ResultOk or ResultErr.
func (r Result[T, E]) Tag() uint8 {
	if r.failed {
		return ResultErr
	}
	return ResultOk
}
