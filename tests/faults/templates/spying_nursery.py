"""As the nursery, but templates may look around in their process, as if the sandbox had been broken out of."""

import os
import socket
import sys
import time
from collections.abc import Callable, Mapping

from postroom.templates.processes import nursery
from postroom.templates.processes.worker import EnvironmentFor, in_sandbox


def main(descriptor: int) -> None:
    nursery.main(descriptor, _with_spies)


def _with_spies(shared: Mapping[str, str]) -> EnvironmentFor:
    make = in_sandbox(shared)

    def with_spies(*arguments: object) -> object:
        environment = make(*arguments)  # type: ignore[arg-type] # handed on
        environment.globals.update(SPIES)
        return environment

    return with_spies  # type: ignore[return-value] # as above


def _tried(deed: Callable[[], object]) -> str:
    try:
        return str(deed())
    except (OSError, MemoryError) as error:
        return type(error).__name__


def _busy(seconds: float = 3600) -> None:
    """Of the processor."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


HELD: list[bytes] = []


def _hold(megabytes: int) -> str:
    HELD.append(b"x" * (megabytes * 2**20))
    return "held"


SPIES: Mapping[str, Callable[..., object]] = {
    "process": os.getpid,
    "parent": os.getppid,
    "environment": lambda: sorted(os.environ),
    "imported": lambda name: name in sys.modules,
    "read": lambda path: _tried(lambda: open(path).read()),  # noqa: PTH123, SIM115 - as who breaks out would
    "connect": lambda: _tried(socket.socket),
    "descriptors": lambda: _tried(lambda: [each for each in range(100) if _is_open(each)]),
    "take": lambda megabytes: _tried(lambda: len(bytearray(megabytes * 2**20))),
    "hold": _hold,
    "need": lambda megabytes: len(bytearray(megabytes * 2**20)),
    "die_of_what_is_held": lambda: os._exit(1) if HELD else "lives",
    "busy": _busy,
    "die": lambda: os._exit(1),
}


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True
