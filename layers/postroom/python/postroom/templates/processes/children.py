"""Processes that fill in tenants' templates, as their parent has them: born, asked, and ended."""

import json
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from threading import Lock

from postroom.templates.limits import KEPT_MEMORY
from postroom.templates.processes.handle import Handle
from postroom.templates.processes.wire import Done, Ended, Garbled, Task, decode_done, encode_task, receive, send
from postroom.templates.workshop import Waits

NURSERY = "postroom.templates.processes.nursery"

_BOOT = """
import importlib, json, sys
sys.path[:] = json.loads(sys.argv[1])
importlib.import_module(sys.argv[2]).main(int(sys.argv[3]))
"""
_PATIENCE = 6.0
_PATIENCE_AT_BIRTH = 4.0
"""On the clock. With what a place is waited for, it is less than a sender keeps for one mail."""

_LONGEST_ANSWER = 16 * 2**20
_SHORTEST_WAIT = 0.001


class Overrun(Exception):
    """A task took more of the processor than it may."""


class Worn(Exception):
    """It broke, but not at its first task: that says nothing of this one."""


class Child:
    """For one thread at a time. When a task that it was told raises anything, it has ended by then.

    ``took``: seconds of the processor for the latest task that it answered.
    """

    took = 0.0

    def __init__(self, connection: socket.socket, process_id: int, patience: float = _PATIENCE) -> None:
        self._connection = connection
        self._patience = patience
        self._process = Handle(process_id)
        self._clock = _clock_of(process_id)
        self._statistics = Path(f"/proc/{process_id}/statm")
        self._born_with = self._size()
        self._has_worked = False

    def ask(self, task: Task) -> Done:
        """Raises Overrun, Ended when it died of it, Garbled for what is not an answer, Worn, and Waits."""
        text = encode_task(task)
        is_worn, self._has_worked = self._has_worked, True
        began = self._used()
        with ExitStack() as unless_done:
            unless_done.callback(self.end)
            try:
                self._tell(text)
                done = decode_done(receive(self._reader(task.seconds), _LONGEST_ANSWER))
            except (Ended, Garbled) as broken:
                if is_worn:
                    raise Worn from broken
                raise
            unless_done.pop_all()
        self.took = self._used() - began
        if done.spent or self._size() > self._born_with + KEPT_MEMORY:
            self.end()
        if done.spent and is_worn:
            raise Worn
        return done

    @property
    def lives(self) -> bool:
        """Whether it waits for a task."""
        if self._connection.fileno() < 0:
            return False
        self._connection.setblocking(False)  # noqa: FBT003 - the name says it
        try:
            self._connection.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False  # its end, or words that nobody asked for

    def end(self) -> None:
        if self._connection.fileno() < 0:
            return
        self._process.kill()
        self._connection.close()

    def _tell(self, text: bytes) -> None:
        self._connection.settimeout(self._patience)
        try:
            send(self._connection, text)
        except TimeoutError as error:
            raise Waits from error

    def _reader(self, seconds: float) -> Callable[[int], bytes]:
        last = self._used() + seconds
        patience = time.monotonic() + self._patience

        def read(most: int) -> bytes:
            while True:
                left = last - self._used()
                if left <= 0:
                    raise Overrun
                if time.monotonic() > patience:
                    raise Waits
                self._connection.settimeout(max(left, _SHORTEST_WAIT))
                try:
                    return self._connection.recv(most)
                except TimeoutError:
                    continue  # it may have been kept from working
                except OSError:
                    return b""

        return read

    def _size(self) -> int:
        """Bytes of its address space: what it has of its own has grown by no more. See proc(5)."""
        try:
            return int(self._statistics.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        except (OSError, LookupError):
            return 0  # it has died

    def _used(self) -> float:
        """Processor time in seconds. When it has died, what comes next is the end of its connection."""
        try:
            return self._clock()
        except OSError:
            return 0.0


def _clock_of(process_id: int) -> Callable[[], float]:
    """See clock_getcpuclockid(3). Where that cannot be read, the time on the wall has to do."""
    number = (~process_id << 3) | 2
    try:
        time.clock_gettime(number)
    except OSError:
        return time.monotonic
    return lambda: time.clock_gettime(number)


class Nursery:
    """Starts the process that children are born in when the first is wanted, and again when it has died.

    It sees nothing of our environment. ``shared``: see ``BuiltIn``.
    """

    def __init__(
        self,
        shared: Callable[[], Mapping[str, str]],
        module: str = NURSERY,
    ) -> None:
        self._shared = shared
        self._module = module
        self._lock = Lock()
        self._running: tuple[subprocess.Popen[bytes], socket.socket] | None = None

    def bear(self) -> Child:
        """Raises Waits."""
        if not self._lock.acquire(timeout=_PATIENCE_AT_BIRTH):
            raise Waits
        try:
            return self._born_at_last()
        finally:
            self._lock.release()

    def close(self) -> None:
        with self._lock:
            self._end()

    def _born_at_last(self) -> Child:
        try:
            return self._born()
        except TimeoutError as error:
            self._end()
            raise Waits from error
        except (Ended, OSError, ValueError):
            self._end()  # it has died since; once more
        try:
            return self._born()
        except (Ended, OSError, ValueError) as error:
            self._end()
            raise Waits from error

    def _born(self) -> Child:
        control = (self._running or self._start())[1]
        ours, its = socket.socketpair()
        with ExitStack() as unless_done:
            unless_done.callback(ours.close)
            with its:
                socket.send_fds(control, [b"!"], [its.fileno()])
            ours.settimeout(_PATIENCE_AT_BIRTH)
            child = Child(ours, int(receive(ours.recv, 100)))
            unless_done.pop_all()
        return child

    def _start(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        ours, its = socket.socketpair()
        with its:
            process = subprocess.Popen(  # noqa: S603 - of our own words alone
                self._command(its.fileno()),
                env={"LD_LIBRARY_PATH": f"{sys.base_prefix}/lib"},  # where Lambda has the library of Python
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[its.fileno()],
                start_new_session=True,
            )
        self._running = process, ours
        ours.settimeout(_PATIENCE_AT_BIRTH)
        send(ours, json.dumps(dict(self._shared())).encode())
        return self._running

    def _command(self, descriptor: int) -> Sequence[str]:
        path = json.dumps([str(Path(each).absolute()) for each in sys.path])  # "" is where we are
        return [sys.executable, "-I", "-S", "-X", "utf8", "-c", _BOOT, path, self._module, str(descriptor)]

    def _end(self) -> None:
        if self._running is not None:
            process, control = self._running
            self._running = None
            control.close()
            process.kill()
            process.wait()
