package main

import (
	"encoding/hex"
	"fmt"
	"strings"

	"blankslate/sdk/image"
	api "blankslate/sdk/packages"
	"blankslate/sdk/params"
	"blankslate/sdk/rootfs"
	"blankslate/sdk/slate"
	"blankslate/sdk/wit"
)

// paper collects the report's lines and the first error of getting them.
type paper struct {
	lines strings.Builder
	err   error
}

func (p *paper) line(format string, values ...any) {
	fmt.Fprintf(&p.lines, format+"\n", values...)
}

// must notes the error of a call and gives its value.
func must[T any](p *paper) func(T, error) T {
	return func(value T, err error) T {
		if p.err == nil {
			p.err = err
		}
		return value
	}
}

func report() error {
	p := &paper{}
	parameters(p)
	system(p)
	mistakes(p)
	files(p)
	if p.err != nil {
		return p.err
	}
	return slate.Write(base+"/report", []byte(p.lines.String()), slate.Attributes{})
}

func presence(present bool) string {
	if present {
		return "present"
	}
	return "absent"
}

func parameters(p *paper) {
	p.line("greeting = %s", must[string](p)(slate.Text("greeting")))
	p.line("count = %d", must[int64](p)(slate.Integer("count")))
	p.line("names = %s", strings.Join(must[[]string](p)(slate.Items("names")), " "))
	p.line("fail = %t", must[bool](p)(slate.Boolean("fail")))
	p.line("unset = %s", presence(must[bool](p)(slate.IsSet("unset"))))
	p.line("nope: %s", failure(params.Get("nope")))
	var names []string
	for _, parameter := range params.All() {
		names = append(names, parameter.F0)
	}
	p.line("all = %s", strings.Join(names, " "))
}

func system(p *paper) {
	about := image.Describe()
	p.line("image = %s %s %t", about.Arch, about.RootLabel, about.Offline)
	distribution := must[api.Distribution](p)(slate.Try(api.Describe()))
	p.line("distribution = %s %s %s", distribution.Name, distribution.Family, distribution.Release)
	wanted := []string{must[string](p)(slate.Text("package"))}
	installed := must[[]bool](p)(slate.Try(api.Installed(wanted)))
	p.line("installed = %t", len(installed) == 1 && installed[0])
	p.line("resolved = %s", strings.Join(must[[]string](p)(slate.Try(api.Resolve(wanted))), " "))
	mail := must[wit.Option[rootfs.UserEntry]](p)(slate.Try(rootfs.FindUser("mail"))).SomeOr(rootfs.UserEntry{})
	p.line("user = %d %d %s %s", mail.Uid, mail.Gid, mail.Home, mail.Shell)
	nobody := must[wit.Option[rootfs.UserEntry]](p)(slate.Try(rootfs.FindUser("no-such-user")))
	p.line("no user = %s", presence(nobody.IsSome()))
	p.line("group = %d", must[wit.Option[uint32]](p)(slate.Try(rootfs.FindGroup("adm"))).SomeOr(0))
}

// failure is the case of a result's error.
func failure[T, E any](result wit.Result[T, E]) string {
	_, err := slate.Try(result)
	return kind(err)
}

func mistakes(p *paper) {
	none, stranger := slate.Attributes{}.API(), slate.Attributes{User: "no-such-user"}.API()
	p.line("read: %s", failure(rootfs.Read(base+"/nothing")))
	p.line("list: %s", failure(rootfs.List(base+"/greeting")))
	p.line("write: %s", failure(rootfs.Write(base+"/greeting", nil, none, rootfs.ExistingFail, false)))
	p.line("owner: %s", failure(rootfs.Write(base+"/owner", nil, stranger, rootfs.ExistingReplace, false)))
	p.line("remove: %s", failure(rootfs.Remove(base+"/deep")))
	p.line("loop: %s", failure(rootfs.Read(base+"/loop")))
	p.line("directory: %s", failure(rootfs.Read(base+"/deep")))
}

func files(p *paper) {
	for _, attribute := range must[[]wit.Tuple2[string, []uint8]](p)(slate.Try(rootfs.ExtendedAttributes(base + "/greeting"))) {
		p.line("extended = %s %s", attribute.F0, hex.EncodeToString(attribute.F1))
	}
	p.line("glob = %s", strings.Join(must[[]string](p)(slate.Try(rootfs.Glob(base+"/n*"))), " "))
	modified := stat(p, base+"/absolute").SomeOr(rootfs.Metadata{}).Modified
	p.line("modified = %d.%09d", modified.Seconds, modified.Nanoseconds)
	p.line("nothing = %s", presence(stat(p, base+"/dangling").IsSome()))
	summed(p)
	for _, entry := range must[[]rootfs.Entry](p)(slate.Try(rootfs.Walk(base))) {
		walked(p, entry.Path, entry.Metadata)
	}
}

func stat(p *paper, path string) wit.Option[rootfs.Metadata] {
	return must[wit.Option[rootfs.Metadata]](p)(slate.Try(rootfs.Stat(path, true)))
}

func summed(p *paper) {
	size, total := 0, 0
	err := slate.Pieces(base+"/large", 100_000, func(piece []byte) error {
		size += len(piece)
		for _, value := range piece {
			total += int(value)
		}
		return nil
	})
	if p.err == nil {
		p.err = err
	}
	p.line("large = %d %d", size, total)
}

func walked(p *paper, path string, about rootfs.Metadata) {
	kinds := [...]string{"regular", "directory", "symlink", "block-device", "character-device", "fifo", "socket"}
	size := fmt.Sprint(about.Size)
	if about.Kind == rootfs.KindDirectory {
		size = "-"
	}
	target := about.Target.SomeOr("-")
	p.line("%s %s %s %o %d:%d %d %s", path, kinds[about.Kind], size, about.Mode, about.User, about.Group, about.Links, target)
}
