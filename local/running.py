"""Who runs: the process ids of a local stack and where it answers, so that other commands find and end it."""

import json
import os
import signal
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from local.place import HOME, Place

_FILE = HOME / "running.json"
_STARTER = "local.start"
_EMULATOR = "ministack"
_PATIENCE_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Running:
    pid: int
    emulator_pid: int
    emulator_port: int
    api_port: int
    inbox_port: int
    smtp_port: int

    @property
    def place(self) -> Place:
        return Place(HOME / "state", self.emulator_port, self.api_port, self.inbox_port, self.smtp_port)


def remember(place: Place, emulator_pid: int) -> None:
    running = Running(os.getpid(), emulator_pid, place.emulator_port, place.api_port, place.inbox_port, place.smtp_port)
    _FILE.write_text(json.dumps(asdict(running), indent=2) + "\n")


def recall() -> Running | None:
    """What was started last and not ended in order; its processes may be gone."""
    try:
        return Running(**json.loads(_FILE.read_text()))
    except FileNotFoundError:
        return None


def forget() -> None:
    _FILE.unlink(missing_ok=True)
    (HOME / "ready.json").unlink(missing_ok=True)


def is_up(running: Running) -> bool:
    return _runs(running.pid, _STARTER)


def end(running: Running) -> bool:
    """Ends both processes, also an emulator that outlived its starter. False when they did not end in time."""
    if not (_end(running.pid, _STARTER) and _end(running.emulator_pid, _EMULATOR)):
        return False
    forget()
    return True


def _end(pid: int, command: str) -> bool:
    if not _runs(pid, command):
        return True
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while _runs(pid, command):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _runs(pid: int, command: str) -> bool:
    # The command too: a process id is used again after a while.
    return command in _command_line(pid)


def _command_line(pid: int) -> str:
    # Small images have no ps, and other systems than Linux no /proc.
    if not Path("/proc/self").exists():
        shown = subprocess.run(["ps", "-p", str(pid), "-o", "args="], capture_output=True, text=True, check=False)  # noqa: S607 - ps is found where the system has it
        return shown.stdout
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""
