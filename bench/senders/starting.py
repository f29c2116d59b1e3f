"""Runs a sender as a process of its own and reads what it says; or says why it cannot be run here."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec

from bench.senders.job import Done, Job, Part, from_line, to_argument
from bench.senders.node_modules import NODE_MODULES, why_no_nodemailer
from local.place import ROOT, SOURCES
from local.trouble import Trouble

_MOST_SECONDS = 120
_HERE = ROOT / "bench" / "senders"


def _nothing() -> str | None:
    return None


@dataclass(frozen=True)
class Sender:
    """``absence`` says why it cannot be run here, or None."""

    name: str
    command: tuple[str, ...]
    absence: Callable[[], str | None] = _nothing
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, job: Job) -> Done:
        """Raises Trouble, with its last words, when it did not send everything in time."""
        environment = {**os.environ, "PYTHONPATH": str(SOURCES), **self.environment}
        command = [*self.command, to_argument(job)]
        try:
            ended = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=_MOST_SECONDS, check=True
            )
        except subprocess.CalledProcessError as error:
            raise Trouble(f"{self.name} did not send everything: {error.stderr[-1000:]}") from None
        except subprocess.TimeoutExpired:
            raise Trouble(f"{self.name} took longer than {_MOST_SECONDS} s") from None
        return from_line(ended.stdout)


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return sys.executable, "-m", f"bench.senders.{module}", *arguments


def _why_no_aiosmtplib() -> str | None:
    return None if find_spec("aiosmtplib") else "no aiosmtplib here"


OURS = Sender("Postroom", _python("ours"))
PARTS_OF_OURS = tuple(Sender(f"{part} alone", _python("alone", part)) for part in Part)
SMTPLIB = Sender("smtplib", _python("with_smtplib"))
AIOSMTPLIB = Sender("aiosmtplib", _python("with_aiosmtplib"), _why_no_aiosmtplib)
NODEMAILER = Sender(
    "Nodemailer",
    ("node", str(_HERE / "node" / "sender.js")),
    why_no_nodemailer,
    {"POSTROOM_BENCH_NODE": str(NODE_MODULES)},
)
