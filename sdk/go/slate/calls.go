package slate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"blankslate/sdk/command"
	"blankslate/sdk/log"
	"blankslate/sdk/packages"
	"blankslate/sdk/params"
	"blankslate/sdk/rootfs"
	"blankslate/sdk/types"
	"blankslate/sdk/wit"
)

// Debug writes a line for the element's author to the build's log.
func Debug(format string, values ...any) { log.Write(log.LevelDebug, fmt.Sprintf(format, values...)) }

// Info writes a line to the build's log.
func Info(format string, values ...any) { log.Write(log.LevelInfo, fmt.Sprintf(format, values...)) }

// Warn writes a warning to the build's log.
func Warn(format string, values ...any) { log.Write(log.LevelWarn, fmt.Sprintf(format, values...)) }

// LogError writes an error to the build's log, which goes on.
func LogError(format string, values ...any) {
	log.Write(log.LevelError, fmt.Sprintf(format, values...))
}

// Text is the value of a parameter of type string; empty if nobody set it and it has no default.
func Text(name string) (string, error) {
	return param(name, params.ValueText, params.Value.Text)
}

// Integer is the value of a parameter of type integer; 0 if nobody set it and it has no default.
func Integer(name string) (int64, error) {
	return param(name, params.ValueInteger, params.Value.Integer)
}

// Boolean is the value of a parameter of type boolean; false if nobody set it and it has no default.
func Boolean(name string) (bool, error) {
	return param(name, params.ValueBoolean, params.Value.Boolean)
}

// Items is the value of a parameter of type list; nil if nobody set it and it has no default.
func Items(name string) ([]string, error) {
	return param(name, params.ValueItems, params.Value.Items)
}

// IsSet says whether a parameter has a value.
func IsSet(name string) (bool, error) {
	value, err := Try(params.Get(name))
	return err == nil && value.IsSome(), err
}

func param[T any](name string, tag uint8, get func(params.Value) T) (T, error) {
	var none T
	value, err := Try(params.Get(name))
	if err != nil || value.IsNone() {
		return none, err
	}
	if value.Some().Tag() != tag {
		return none, fmt.Errorf("reading parameter '%s': element.toml gives it another type", name)
	}
	return get(value.Some()), nil
}

// Attributes of a file; fields that are nil or empty stay as they are.
type Attributes struct {
	// Mode holds the permission bits.
	Mode *uint32
	// User and Group hold a name (string) or a number (int).
	User, Group any
	// Modified is the time of the last change.
	Modified *time.Time
	// Extended holds extended attributes to set.
	Extended map[string][]byte
}

// Mode gives permission bits for [Attributes].
func Mode(bits uint32) *uint32 { return &bits }

// API gives attributes as package rootfs takes them.
func (a Attributes) API() rootfs.Attributes {
	how := rootfs.Attributes{User: owner(a.User), Group: owner(a.Group)}
	if a.Mode != nil {
		how.Mode = wit.Some(*a.Mode)
	}
	if a.Modified != nil {
		when := types.Datetime{Seconds: a.Modified.Unix(), Nanoseconds: uint32(a.Modified.Nanosecond())}
		how.Modified = wit.Some(when)
	}
	for name, value := range a.Extended {
		how.Extended = append(how.Extended, wit.Tuple2[string, []uint8]{F0: name, F1: value})
	}
	slices.SortFunc(how.Extended, func(a, b wit.Tuple2[string, []uint8]) int { return strings.Compare(a.F0, b.F0) })
	return how
}

func owner(who any) wit.Option[rootfs.Owner] {
	switch who := who.(type) {
	case nil:
		return wit.None[rootfs.Owner]()
	case string:
		return wit.Some(rootfs.MakeOwnerName(who))
	case int:
		return wit.Some(rootfs.MakeOwnerId(uint32(who)))
	}
	panic(fmt.Sprintf("an owner is a name (string) or a number (int), not %T", who))
}

// Write writes a whole file, and directories on the way; it replaces what is there.
func Write(path string, contents []byte, how Attributes) error {
	if err := Do(rootfs.Write(path, contents, how.API(), rootfs.ExistingReplace, true)); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// Pieces hands a file to a function in pieces of at most the given size.
func Pieces(path string, size uint32, use func(piece []byte) error) error {
	reader, err := Try(rootfs.Open(path))
	if err != nil {
		return fmt.Errorf("opening %s: %w", path, err)
	}
	defer reader.Drop()
	for {
		piece, err := Try(reader.Read(size))
		if err != nil {
			return fmt.Errorf("reading %s: %w", path, err)
		}
		if len(piece) == 0 {
			return nil
		}
		if err := use(piece); err != nil {
			return err
		}
	}
}

// Run runs a program in the chroot and waits for status 0.
func Run(program string, arguments ...string) error {
	_, err := Try(command.Run(program, Arguments(arguments...), InChroot()))
	if err != nil {
		return fmt.Errorf("running %s: %w", program, err)
	}
	return nil
}

// InChroot gives the options of a plain command in the chroot.
func InChroot() command.Options {
	return command.Options{Place: command.PlaceChroot, Expected: command.MakeExpectedSuccess()}
}

// Arguments gives plain arguments for package command.
func Arguments(texts ...string) []command.Argument {
	var all []command.Argument
	for _, text := range texts {
		all = append(all, command.MakeArgumentText(text))
	}
	return all
}

// Install installs packages by their generic names.
func Install(names ...string) error {
	if err := Do(packages.Install(names)); err != nil {
		return fmt.Errorf("installing %s: %w", strings.Join(names, " "), err)
	}
	return nil
}
