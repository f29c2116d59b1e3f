"""Where a local stack lives: its directory and its ports. Two stacks with two places never meet."""

import os
import platform
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.trouble import Trouble

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "layers" / "postroom" / "python"
"""What a process needs on its path to import ``postroom``."""

HOME = ROOT / ".local"
TOOLS = HOME / "emulator" / "bin"
LOOPBACK = "127.0.0.1"

_LAST_PORT = 65535
_PREFERRED = {"API_PORT": 8080, "INBOX_PORT": 8025, "SMTP_PORT": 1025}


@dataclass(frozen=True, slots=True)
class Place:
    state: Path
    emulator_port: int
    api_port: int
    inbox_port: int
    smtp_port: int
    authorization_port: int | None = None
    """Where an OAuth2 server of this machine answers in the place of Google and Microsoft, if there is one."""

    @property
    def api_url(self) -> str:
        return f"http://{LOOPBACK}:{self.api_port}"

    @property
    def inbox_url(self) -> str:
        return f"http://{LOOPBACK}:{self.inbox_port}"

    @property
    def endpoint(self) -> str:
        # A name, not an address: the emulator builds the addresses of its queues from it.
        return f"http://localhost:{self.emulator_port}"


def place_of_own(state: Path) -> Place:
    """With free ports, for a test session."""
    return Place(state, free_port(), free_port(), free_port(), free_port(), free_port())


def place_by_settings(state: Path, environ: Mapping[str, str]) -> Place:
    """With the usual ports where they are free. Raises Trouble when one that was asked for is not."""
    api, inbox, smtp = (_choose(environ, name, preferred) for name, preferred in _PREFERRED.items())
    if len({api, inbox, smtp}) < len(_PREFERRED):
        raise Trouble(f"{', '.join(_PREFERRED)} must be different ports")
    return Place(state, free_port(), api, inbox, smtp)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def aws_environment(place: Place) -> dict[str, str]:
    """For SAM CLI, boto3 and the package's commands: the emulator instead of AWS."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.environ.get("HOME", str(place.state)),
        "LANG": "C.UTF-8",
        "AWS_ENDPOINT_URL": place.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "1",
    }


def runtime() -> str:
    """The Lambda runtime that is the Python at hand, under which the emulator runs the functions."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def architecture() -> str:
    return "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"


def _choose(environ: Mapping[str, str], name: str, preferred: int) -> int:
    asked = environ.get(name)
    if asked:
        if not asked.isdigit() or not 0 < int(asked) <= _LAST_PORT:
            raise Trouble(f"{name}={asked} is not a port")
        if not _is_free(int(asked)):
            raise Trouble(f"{name}={asked} is in use")
        return int(asked)
    return preferred if _is_free(preferred) else free_port()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True
