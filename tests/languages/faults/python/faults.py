"""Ends by a mistake of its own code, two calls below its hook."""

import sys

from slate import Lifecycle, hook, param, write

__all__ = ["Lifecycle"]


def deep_inside(lines):
    return lines[7].strip()


def set_port(lines):
    write("/etc/port", deep_inside(lines))


def count(number):
    return count(number + 1) + number


@hook
def fault():
    match param("mistake"):
        case "recursion":
            count(0)
        case "exit":
            sys.exit(3)
    set_port([])
