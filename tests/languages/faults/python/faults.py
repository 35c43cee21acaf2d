"""Ends by a mistake of its own code, two calls below its hook."""

from slate import Lifecycle, hook, write

__all__ = ["Lifecycle"]


def deep_inside(lines):
    return lines[7].strip()


def set_port(lines):
    write("/etc/port", deep_inside(lines))


@hook
def fault():
    set_port([])
