// The conformance element; README.md in the folder above says what it does.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"blankslate/sdk/command"
	"blankslate/sdk/progress"
	"blankslate/sdk/rootfs"
	"blankslate/sdk/slate"
	"blankslate/sdk/wit"
)

const base = "/srv/conformance"

func init() {
	slate.Hook("tree", tree)
	slate.Hook("packages", packages)
	slate.Hook("command", commands)
	slate.Hook("report", report)
	slate.Hook("verdict", verdict)
}

func main() {}

// inOrder does steps until one fails.
func inOrder(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func tree() error {
	slate.Debug("a line for debugging")
	slate.Info("a line of information")
	slate.Warn("a warning")
	slate.LogError("an error that is none")
	return inOrder(directory, greeting, numbers, links, large, moves, deep)
}

func directory() error {
	how := slate.Attributes{Mode: slate.Mode(0o2750), User: "mail", Group: "adm"}
	return slate.Do(rootfs.MakeDirectory(base, how.API(), true))
}

func greeting() error {
	text, err := slate.Text("greeting")
	if err != nil {
		return err
	}
	modified := time.Unix(5_000_000_000, 500_000_000)
	how := slate.Attributes{
		Mode:     slate.Mode(0o640),
		User:     "mail",
		Group:    4,
		Modified: &modified,
		Extended: map[string][]byte{"user.conformance": {0, 1, 0xfe, 0xff}},
	}
	contents := []byte(text + "\n")
	return slate.Do(rootfs.Write(base+"/greeting", contents, how.API(), rootfs.ExistingFail, false))
}

func numbers() error {
	count, err := slate.Integer("count")
	if err != nil {
		return err
	}
	step := progress.MakeStep("counting", wit.Some(uint64(count)), progress.UnitItems)
	defer step.Drop()
	for number := range count {
		if err := note(base+"/numbers", "%d\n", number); err != nil {
			return err
		}
		step.Set(uint64(number) + 1)
	}
	return nil
}

func note(path, format string, values ...any) error {
	return slate.Do(rootfs.Append(path, fmt.Appendf(nil, format, values...)))
}

func links() error {
	return errors.Join(
		slate.Do(rootfs.Symlink(base+"/greeting", base+"/absolute", rootfs.ExistingFail)),
		slate.Do(rootfs.Symlink("../nowhere", base+"/dangling", rootfs.ExistingFail)),
		slate.Do(rootfs.Symlink("loop", base+"/loop", rootfs.ExistingReplace)),
		slate.Do(rootfs.HardLink(base+"/numbers", base+"/numbers-again")),
		slate.Do(rootfs.MakeNode(base+"/pipe", rootfs.MakeNodeFifo(), slate.Attributes{Mode: slate.Mode(0o600)}.API())),
	)
}

func large() error {
	how := slate.Attributes{Mode: slate.Mode(0o600)}
	writer, err := slate.Try(rootfs.Create(base+"/large", how.API(), rootfs.ExistingFail, false))
	if err != nil {
		return err
	}
	for piece := range 20 {
		if err := slate.Do(writer.Write(bytes.Repeat([]byte{byte(piece)}, 65536))); err != nil {
			return err
		}
	}
	return slate.Do(rootfs.WriterFinish(writer))
}

func moves() error {
	none := slate.Attributes{}
	return inOrder(
		func() error { return slate.Write(base+"/old", nil, none) },
		func() error { return slate.Do(rootfs.Rename(base+"/old", base+"/new")) },
		func() error { return slate.Write(base+"/doomed/by/name", nil, none) },
		func() error { return slate.Do(rootfs.RemoveTree(base + "/doomed")) },
	)
}

func deep() error {
	names, err := slate.Items("names")
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := slate.Write(base+"/deep/"+name+"/file", []byte(name), slate.Attributes{}); err != nil {
			return err
		}
	}
	how := slate.Attributes{Mode: slate.Mode(0o750), User: 3_000_000_000, Group: 4_294_967_294}
	if err := slate.Do(rootfs.SetAttributes(base+"/deep", how.API(), true)); err != nil {
		return err
	}
	options := rootfs.CopyOptions{Existing: rootfs.ExistingFail, KeepOwners: true, Parents: true}
	return slate.Do(rootfs.Copy(rootfs.MakeSourceImage(base+"/deep"), base+"/copies/deep", options))
}

func packages() error {
	name, err := slate.Text("package")
	if err != nil {
		return err
	}
	return slate.Install(name)
}

func commands() error {
	script := `printf "%s|" "$0" "$@" "$CONFORMANCE" "$(pwd)"; cat; exit 3`
	options := slate.InChroot()
	options.Environment = []wit.Tuple2[string, string]{{F0: "CONFORMANCE", F1: "set"}}
	options.Input = wit.Some([]byte("from standard input\n"))
	options.Directory = wit.Some(base)
	options.Expected = command.MakeExpectedStatuses([]uint8{3})
	options.Capture = true
	outcome, err := slate.Try(command.Run("sh", slate.Arguments("-c", script, "one", "two words", ""), options))
	if err != nil {
		return err
	}
	contents := fmt.Appendf(outcome.Output, "status %d\n", outcome.Status)
	if err := slate.Write(base+"/command", contents, slate.Attributes{}); err != nil {
		return err
	}
	return inOrder(
		func() error { return failing("sh", "-c", "exit 4") },
		func() error { return failing("sh", "-c", "kill -9 $$") },
		func() error { return failing("conformance-no-such-program") },
	)
}

// failing runs a program that fails and notes how.
func failing(program string, arguments ...string) error {
	result := command.Run(program, slate.Arguments(arguments...), slate.InChroot())
	if result.IsOk() {
		return note(base+"/command", "no error\n")
	}
	status, signal := "-", "-"
	if result.Err().Tag() == command.ErrorFailed {
		failed := result.Err().Failed()
		status, signal = optional(failed.Status), optional(failed.Signal)
	}
	_, err := slate.Try(result)
	return note(base+"/command", "%s %s %s\n", kind(err), status, signal)
}

func optional(value wit.Option[uint8]) string {
	if value.IsNone() {
		return "-"
	}
	return fmt.Sprint(value.Some())
}

// kind is the case of an error of the API.
func kind(err error) string {
	if err == nil {
		return "no error"
	}
	name, _, _ := strings.Cut(err.Error(), ":")
	return name
}

func verdict() error {
	fail, err := slate.Boolean("fail")
	if err != nil || !fail {
		return err
	}
	return slate.Failed{
		Message: "refusing on purpose",
		Causes:  []string{"the parameter 'fail' is true", "nothing else is wrong"},
		Hint:    "set it to false",
	}
}
