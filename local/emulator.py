"""The local AWS, as a process of its own."""

import os
import shutil
import signal
import subprocess
import time
from types import TracebackType
from typing import Self

import httpx

from local.place import LOOPBACK, TOOLS, Place
from local.trouble import Trouble

_START_SECONDS = 30
_STOP_SECONDS = 5


class Emulator:
    def __init__(self, place: Place) -> None:
        self._place = place
        self._log = place.state / "emulator.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def __enter__(self) -> Self:
        (self._place.state / "tmp").mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [TOOLS / "ministack"],
                env=self._environment(),
                cwd=self._place.state,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for us to pass on, in order; and the functions' processes can be ended with it.
                start_new_session=True,
            )
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        if self._process:
            end_group(self._process)
        shutil.rmtree(self._place.state / "tmp", ignore_errors=True)

    def _environment(self) -> dict[str, str]:
        """All there is: the functions' processes inherit every variable of the emulator's."""
        state = self._place.state
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(state),
            "LANG": "C.UTF-8",
            "GATEWAY_PORT": str(self._place.emulator_port),
            "BIND_HOST": LOOPBACK,
            "MINISTACK_HOST": "localhost",
            "TMPDIR": str(state / "tmp"),
            "STATE_DIR": str(state / "emulator"),
            "S3_DATA_DIR": str(state / "s3"),
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            # The template's policies hold here as on AWS.
            "AUTH": "true",
        }

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                break
            if self._answers():
                return
            time.sleep(0.05)
        raise Trouble(f"The local AWS did not start; see {self._log}")

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self._place.endpoint}/_ministack/health", timeout=2).is_success
        except httpx.TransportError:
            return False


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Ends a process that leads a group of its own, and then whatever of the group is left."""
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
