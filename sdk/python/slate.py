"""What blankslate elements written in Python use.

An element is a module that registers its hooks and shows `Lifecycle` to the
builder:

    from slate import Lifecycle, hook, log, param, write

    @hook
    def greet():
        log.info(f"greeting with {param('greeting')}")
        write("/etc/motd", param("greeting") + "\\n")

The whole API stands in `wit_world.imports`, one module per interface; what is
here makes its common calls short.
"""

import re
import traceback
from contextlib import contextmanager
from itertools import groupby
from typing import Callable, Iterator, Optional, Sequence, Union

from componentize_py_types import Err
from wit_world import exports
from wit_world.imports import command, packages, params, rootfs
from wit_world.imports import log as _log
from wit_world.imports.types import Datetime, Failure, HookCall

_hooks: dict[str, Callable[[], None]] = {}


def hook(function: Optional[Callable[[], None]] = None, *, name: Optional[str] = None):
    """Registers a function as a hook: by its own name, `-` for `_`, or by another."""
    if function is None:
        return lambda function: hook(function, name=name)
    _hooks[name or function.__name__.replace("_", "-")] = function
    return function


class Failed(Exception):
    """Ends a hook, and with it the build: what was tried and why it failed."""

    def __init__(self, message: str, causes: Sequence[str] = (), hint: Optional[str] = None):
        super().__init__(message)
        self.message, self.causes, self.hint = message, list(causes), hint


class Lifecycle(exports.Lifecycle):
    """Runs the registered hooks."""

    def run(self, hook: HookCall) -> None:
        try:
            if hook.name not in _hooks:
                raise Failed(f"the component has no hook '{hook.name}'", hint="name it in element.toml as in the code")
            _hooks[hook.name]()
        except Failed as error:
            raise Err(Failure(error.message, error.causes, error.hint)) from error
        except (Exception, SystemExit) as error:
            raise Err(Failure(f"running '{hook.name}'", [_words(error), *_places(error)], None)) from error


def _words(error: BaseException) -> str:
    """What was raised, in words."""
    if isinstance(error, Err):
        return describe(error)
    kind = type(error).__name__
    if isinstance(error, SystemExit):
        return f"{kind}: {error}: a hook returns, or raises Failed, rather than to end the program"
    return f"{kind}: {error}"


def _places(error: BaseException) -> list[str]:
    """Where the element's code was when something failed, from the innermost call to the hook."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename != __file__ and "/wit_world/" not in frame.filename]
    places = [f"at {frame.name} ({_module(frame.filename)}:{frame.lineno})" for frame in reversed(own)]
    return _few(places)


def _few(places: list[str]) -> list[str]:
    """Places of which those that repeat the one before are counted, and of many the middle is left out."""
    counted = [(place, len(list(same))) for place, same in groupby(places)]
    told = [place if times == 1 else f"{place}, {times} times" for place, times in counted]
    inner, outer = 12, 4
    left_out = len(told) - inner - outer
    return told if left_out <= 1 else [*told[:inner], f"{left_out} more places", *told[-outer:]]


def _module(path: str) -> str:
    """A module's path in the element; the toolchain puts its directory below one with a number."""
    return re.sub(r"^/[0-9]+/", "/", path)


def describe(error: Err) -> str:
    """An error of the API in words: `not-found`, `unknown-owner: joe`."""
    value = error.value
    name = re.sub(r"(?<!^)(?=[A-Z])", "-", type(value).__name__.removeprefix("Error_")).lower()
    detail = getattr(value, "value", None)
    if isinstance(detail, command.FailedCommand):
        detail = f"{detail.command}: status {detail.status}, signal {detail.signal}"
    elif isinstance(detail, Failure):
        detail = ": ".join([detail.message, *detail.causes])
    return name if detail is None else f"{name}: {detail}"


class log:
    """Lines in the build's log."""

    @staticmethod
    def debug(message: str) -> None:
        _log.write(_log.Level.DEBUG, message)

    @staticmethod
    def info(message: str) -> None:
        _log.write(_log.Level.INFO, message)

    @staticmethod
    def warn(message: str) -> None:
        _log.write(_log.Level.WARN, message)

    @staticmethod
    def error(message: str) -> None:
        _log.write(_log.Level.ERROR, message)


def param(name: str) -> Union[str, int, bool, list[str], None]:
    """The value of a parameter; None if nobody set it and it has no default."""
    value = params.get(name)
    return None if value is None else value.value


def owner(who: Union[str, int, None]) -> Optional[rootfs.Owner]:
    """A user or a group: by name from the image's own files, or by number."""
    if who is None:
        return None
    return rootfs.Owner_Name(who) if isinstance(who, str) else rootfs.Owner_Id(who)


def attributes(
    mode: Optional[int] = None,
    user: Union[str, int, None] = None,
    group: Union[str, int, None] = None,
    modified: Optional[tuple[int, int]] = None,
    extended: Optional[dict[str, bytes]] = None,
) -> rootfs.Attributes:
    """Attributes for a file; what is not given stays as it is."""
    when = None if modified is None else Datetime(*modified)
    return rootfs.Attributes(mode, owner(user), owner(group), when, list((extended or {}).items()))


def write(path: str, contents: Union[str, bytes], **how) -> None:
    """Writes a whole file, and directories on the way; replaces what is there."""
    data = contents.encode() if isinstance(contents, str) else contents
    rootfs.write(path, data, attributes(**how), rootfs.Existing.REPLACE, True)


@contextmanager
def stream(path: str, **how) -> Iterator[rootfs.Writer]:
    """Writes a file piece by piece; it takes its place when the block ends well."""
    writer = rootfs.create(path, attributes(**how), rootfs.Existing.REPLACE, True)
    try:
        yield writer
    except BaseException:
        writer.__exit__(None, None, None)
        raise
    rootfs.Writer.finish(writer)


def run(
    program: str,
    *arguments: str,
    environment: Optional[dict[str, str]] = None,
    input: Optional[bytes] = None,
    directory: Optional[str] = None,
    statuses: Sequence[int] = (),
    capture: bool = False,
    place: command.Place = command.Place.CHROOT,
) -> command.Outcome:
    """Runs a program in the chroot; other statuses than 0 and the given ones are errors."""
    expected = command.Expected_Statuses(bytes(statuses)) if statuses else command.Expected_Success()
    options = command.Options(
        place, list((environment or {}).items()), input, directory, expected, capture, None
    )
    return command.run(program, [command.Argument_Text(text) for text in arguments], options)


def install(*names: str) -> None:
    """Installs packages by their generic names."""
    packages.install(list(names))
