"""The conformance element; README.md says what it does."""

from componentize_py_types import Err
from slate import Failed, Lifecycle, attributes, describe, hook, install, log, param, run, stream, write
from wit_world.imports import image, packages, params, progress, rootfs

__all__ = ["Lifecycle"]

BASE = "/srv/conformance"


@hook
def tree():
    log.debug("a line for debugging")
    log.info("a line of information")
    log.warn("a warning")
    log.error("an error that is none")
    rootfs.make_directory(BASE, attributes(mode=0o2750, user="mail", group="adm"), True)
    how = attributes(0o640, "mail", 4, (5_000_000_000, 500_000_000), {"user.conformance": b"\x00\x01\xfe\xff"})
    rootfs.write(f"{BASE}/greeting", f"{param('greeting')}\n".encode(), how, rootfs.Existing.FAIL, False)
    numbers()
    rootfs.symlink(f"{BASE}/greeting", f"{BASE}/absolute", rootfs.Existing.FAIL)
    rootfs.symlink("../nowhere", f"{BASE}/dangling", rootfs.Existing.FAIL)
    rootfs.symlink("loop", f"{BASE}/loop", rootfs.Existing.REPLACE)
    rootfs.hard_link(f"{BASE}/numbers", f"{BASE}/numbers-again")
    rootfs.make_node(f"{BASE}/pipe", rootfs.Node_Fifo(), attributes(mode=0o600))
    large()
    write(f"{BASE}/old", b"")
    rootfs.rename(f"{BASE}/old", f"{BASE}/new")
    write(f"{BASE}/doomed/by/name", b"")
    rootfs.remove_tree(f"{BASE}/doomed")
    for name in param("names"):
        write(f"{BASE}/deep/{name}/file", name)
    rootfs.set_attributes(f"{BASE}/deep", attributes(0o750, 3_000_000_000, 4_294_967_294), True)
    rootfs.copy(
        rootfs.Source_Image(f"{BASE}/deep"),
        f"{BASE}/copies/deep",
        rootfs.CopyOptions(rootfs.Existing.FAIL, True, True),
    )


def numbers():
    count = param("count")
    with progress.Step("counting", count, progress.Unit.ITEMS) as step:
        for number in range(count):
            rootfs.append(f"{BASE}/numbers", f"{number}\n".encode())
            step.set(number + 1)


def large():
    with stream(f"{BASE}/large", mode=0o600) as writer:
        for piece in range(20):
            writer.write(bytes([piece]) * 65536)


@hook(name="packages")
def packages_hook():
    install(param("package"))


@hook
def command():
    outcome = run(
        "sh",
        "-c",
        'printf "%s|" "$0" "$@" "$CONFORMANCE" "$(pwd)"; cat; exit 3',
        "one",
        "two words",
        "",
        environment={"CONFORMANCE": "set"},
        input=b"from standard input\n",
        directory=BASE,
        statuses=[3],
        capture=True,
    )
    write(f"{BASE}/command", outcome.output + f"status {outcome.status}\n".encode())
    for script in ["exit 4", "kill -9 $$"]:
        rootfs.append(f"{BASE}/command", failing("sh", "-c", script))
    rootfs.append(f"{BASE}/command", failing("conformance-no-such-program"))


def failing(*arguments):
    try:
        run(*arguments)
    except Err as error:
        failed = getattr(error.value, "value", None)
        status, signal = getattr(failed, "status", None), getattr(failed, "signal", None)
        return f"{case(error)} {number(status)} {number(signal)}\n".encode()
    return b"no error\n"


def number(value):
    return "-" if value is None else str(value)


def case(error):
    return describe(error).split(":")[0]


def attempt(label, call):
    try:
        call()
    except Err as error:
        return f"{label}: {case(error)}"
    return f"{label}: no error"


@hook
def report():
    lines = [*parameters(), *system(), *errors(), *files()]
    write(f"{BASE}/report", "".join(f"{line}\n" for line in lines))


def parameters():
    yield f"greeting = {param('greeting')}"
    yield f"count = {param('count')}"
    yield f"names = {' '.join(param('names'))}"
    yield f"fail = {str(param('fail')).lower()}"
    yield f"unset = {'absent' if param('unset') is None else 'present'}"
    yield attempt("nope", lambda: params.get("nope"))
    yield f"all = {' '.join(name for name, _ in params.all())}"


def system():
    description = image.describe()
    yield f"image = {description.arch} {description.root_label} {str(description.offline).lower()}"
    distribution = packages.describe()
    yield f"distribution = {distribution.name} {distribution.family} {distribution.release}"
    yield f"installed = {str(packages.installed([param('package')])[0]).lower()}"
    yield f"resolved = {' '.join(packages.resolve([param('package')]))}"
    mail = rootfs.find_user("mail")
    yield f"user = {mail.uid} {mail.gid} {mail.home} {mail.shell}"
    yield f"no user = {'absent' if rootfs.find_user('no-such-user') is None else 'present'}"
    yield f"group = {rootfs.find_group('adm')}"


def errors():
    replace, fail, none = rootfs.Existing.REPLACE, rootfs.Existing.FAIL, attributes()
    yield attempt("read", lambda: rootfs.read(f"{BASE}/nothing"))
    yield attempt("list", lambda: rootfs.list(f"{BASE}/greeting"))
    yield attempt("write", lambda: rootfs.write(f"{BASE}/greeting", b"", none, fail, False))
    stranger = attributes(user="no-such-user")
    yield attempt("owner", lambda: rootfs.write(f"{BASE}/owner", b"", stranger, replace, False))
    yield attempt("remove", lambda: rootfs.remove(f"{BASE}/deep"))
    yield attempt("loop", lambda: rootfs.read(f"{BASE}/loop"))
    yield attempt("directory", lambda: rootfs.read(f"{BASE}/deep"))


def files():
    (name, value), = rootfs.extended_attributes(f"{BASE}/greeting")
    yield f"extended = {name} {value.hex()}"
    yield f"glob = {' '.join(rootfs.glob(f'{BASE}/n*'))}"
    modified = rootfs.stat(f"{BASE}/absolute", True).modified
    yield f"modified = {modified.seconds}.{modified.nanoseconds:09}"
    yield f"nothing = {'absent' if rootfs.stat(f'{BASE}/dangling', True) is None else 'present'}"
    yield f"large = {summed()}"
    for entry in rootfs.walk(BASE):
        about = entry.metadata
        size = "-" if about.kind == rootfs.Kind.DIRECTORY else about.size
        yield (
            f"{entry.path} {about.kind.name.lower().replace("_", "-")} {size} {about.mode:o} {about.user}:{about.group}"
            f" {about.links} {about.target or '-'}"
        )


def summed():
    size = total = 0
    with rootfs.open(f"{BASE}/large") as reader:
        while piece := reader.read(100_000):
            size += len(piece)
            total += sum(piece)
    return f"{size} {total}"


@hook
def verdict():
    if param("fail"):
        causes = ["the parameter 'fail' is true", "nothing else is wrong"]
        raise Failed("refusing on purpose", causes, "set it to false")
