"""Starts a Python as Lambda does, with nothing but the layers and one function on its path, and takes its time.

It is the processor's time: a start computes and waits for nothing, and what else the machine does is not to count.
"""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_STARTED = """
import sys, time
sys.path[:0] = {path!r}
began = time.process_time()
{code}
seconds = time.process_time() - began
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(seconds, int(peak.split()[1]) * 1024)
"""

_QUEUE = "https://sqs.us-east-1.amazonaws.com/1/queue"
SETTINGS: Mapping[str, str] = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "POSTROOM_STAGE": "bench",
    "ACCOUNTS_TABLE": "accounts",
    "MESSAGES_TABLE": "messages",
    "DIRECTORY_TABLE": "directory",
    "NOTIFICATIONS_TABLE": "notifications",
    "CONTENT_BUCKET": "contents",
    "QUEUE_HIGH_URL": _QUEUE,
    "QUEUE_NORMAL_URL": _QUEUE,
    "QUEUE_LOW_URL": _QUEUE,
    "DEAD_LETTER_QUEUE_URL": _QUEUE,
    "MAILS_QUEUE_URL": _QUEUE,
    "SEALING_SECRET": "postroom-sealing/bench",
    "LINKS_SECRET": "postroom-links/bench",
    "IMPORTS_QUEUE_URL": _QUEUE,
    "FAN_OUT_QUEUE_URL": _QUEUE,
    "SECRET_PREFIX": "postroom/bench/",
    "STACK_NAME": "postroom-bench",
    "ALARM_TOPIC": "arn:aws:sns:us-east-1:1:alarms",
    "PYTHONTZPATH": "/opt/python/tzdata/zoneinfo",
}


@dataclass(frozen=True)
class Start:
    """``peak``: the most memory in bytes that the process had by then, Python itself included."""

    seconds: float
    peak: int


def start(code: str, path: Sequence[Path]) -> Start:
    """Runs ``code`` in a new process."""
    text = _STARTED.format(path=[str(each) for each in path], code=code)
    # Without the site's packages, and without leaving compiled files for the next one.
    command = [_python(), "-I", "-S", "-B", "-c", text]
    answer = subprocess.run(command, env=SETTINGS, capture_output=True, text=True, check=True).stdout
    seconds, peak = answer.split()
    return Start(float(seconds), int(peak))


def _python() -> str:
    return getattr(sys, "_base_executable", sys.executable)
