from slate import Lifecycle, hook, log, param, write

__all__ = ["Lifecycle"]


@hook
def greet():
    log.info(f"greeting with '{param('greeting')}'")
    write("/etc/motd", f"{param('greeting')}\n")
