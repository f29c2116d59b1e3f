"""The process that children are born in: it has everything imported, holds no secret, and does nothing but fork.

A child is there for one tenant. It takes its limits upon itself before it reads the first template, and ends with its
connection. A new one is ready within milliseconds, and shares its memory with the others as long as it writes none.
"""

import gc
import json
import os
import resource
import signal
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_args

from postroom.templates.limits import MEMORY, TRIAL_MEMORY
from postroom.templates.model import Branding, Source
from postroom.templates.processes.wire import (
    Deed,
    Ended,
    Task,
    decode_task,
    encode_done,
    receive,
    send,
)
from postroom.templates.processes.worker import EnvironmentFor, Worker, in_sandbox

_LONGEST_TASK = 64 * 2**20
_GRACE = 1.0
_TIME_TO_GET_READY = 10.0


def main(descriptor: int, environment_for: Callable[[Mapping[str, str]], EnvironmentFor] = in_sandbox) -> None:
    """Ends when the other side of the connection does. Each descriptor that comes over it is a child's connection."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them, and none stays as a zombie
    with socket.socket(fileno=descriptor) as control:
        shared = json.loads(receive(control.recv, _LONGEST_TASK))
        worker = Worker(environment_for(shared))
        _warm_up(worker, shared)
        while True:
            descriptors = socket.recv_fds(control, 1, 1)[1]
            if not descriptors:
                return
            with socket.socket(fileno=descriptors[0]) as connection:
                if os.fork() == 0:
                    control.close()
                    _live(connection, worker)


def _warm_up(worker: Worker, shared: Mapping[str, str]) -> None:
    """Children can open no file: whatever they may come to need must have been needed here."""
    for deed in get_args(Deed):
        for text in ("{{ a }}", "{{ a"):
            worker(Task(deed, Source(text, f"<p>{text}</p>", None), {}, Branding(), _TIME_TO_GET_READY))
    building_on_all = Source("".join(f'{{% import "{name}" as it %}}' for name in shared), None, "")
    worker(Task("render", building_on_all, {}, Branding(), _TIME_TO_GET_READY))
    gc.collect()
    gc.freeze()


def _live(connection: socket.socket, worker: Worker) -> None:
    """Never returns."""
    try:
        size = _size()
        _limit(size)
        send(connection, str(os.getpid()).encode())
        while True:
            task = decode_task(receive(connection.recv, _LONGEST_TASK))
            _limit_time(task.seconds)
            _limit_memory(size + (MEMORY if task.deed == "render" else TRIAL_MEMORY))
            done = worker(task)
            send(connection, encode_done(done))
            if done.spent:
                break
    except Ended:
        pass
    finally:
        os._exit(0)


def _size() -> int:
    """Bytes of its address space."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()


def _limit(size: int) -> None:
    """Files that are open stay so, but none more can be opened, nor connections made, nor processes started."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))
    for what in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
        resource.setrlimit(what, (0, 0))


def _limit_time(seconds: float) -> None:
    """Ends it even if nobody is there any more who would."""
    end = int(time.process_time() + seconds + _GRACE)
    resource.setrlimit(resource.RLIMIT_CPU, (end, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _limit_memory(most: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
