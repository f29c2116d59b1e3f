"""With somebody at the terminal: what is asked, what is seen while it takes long, and what goes to a pipe."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

from local.place import ROOT
from tests.fakes.played_api import PlayedApi, Reply, listed
from tests.integration.cli.conftest import KEY

ANN = {"id": "acc_1", "email": "ann@example.com", "status": "active"}
PASSWORD = "correct horse"


def typed(
    api: PlayedApi, home: Path, words: tuple[str, ...], typed_at: str = "", line: str = ""
) -> tuple[int, str, str]:
    """The exit status, what went to the pipe, and what the terminal showed; ``line`` is typed at that prompt."""
    own, its = pty.openpty()
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TERM": "xterm-256color",
        "PYTHONPATH": str(ROOT / "cli"),
        "POSTROOM_API": api.url,
        "POSTROOM_KEY": KEY,
    }
    command = [sys.executable, "-m", "postroom_cli", *words]
    with subprocess.Popen(
        command, stdin=its, stdout=subprocess.PIPE, stderr=its, env=environ, text=True, start_new_session=True
    ) as process:
        os.close(its)
        seen = ""
        while chunk := _read(own):
            seen += chunk
            if typed_at and typed_at in seen:
                os.write(own, f"{line}\n".encode())
                typed_at = ""
        out, _ = process.communicate(timeout=30)
    os.close(own)
    return process.returncode, out, seen


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 4096).decode("utf-8", "replace")
    except OSError:  # the other end is closed
        return ""


def test_a_password_is_asked_for_and_not_seen(api: PlayedApi, tmp_path: Path) -> None:
    api.on("POST /v1/accounts", Reply(201, ANN))
    asked = "Password of ann@example.com: "  # with its last space, from which on nothing is echoed

    status, out, seen = typed(api, tmp_path, ("accounts", "add", "ann@example.com", "--json"), asked, PASSWORD)

    assert (status, json.loads(out)) == (0, ANN)
    assert PASSWORD not in seen
    assert api.calls("POST /v1/accounts")[0].body["smtp_password"] == PASSWORD


def test_what_cannot_be_undone_is_asked_about(api: PlayedApi, tmp_path: Path) -> None:
    api.on("DELETE /v1/keys/key_1", Reply(204))

    no, _, _ = typed(api, tmp_path, ("keys", "revoke", "key_1"), "Revoke key_1?", "n")
    assert (no, api.asked) == (1, [])

    yes, _, _ = typed(api, tmp_path, ("keys", "revoke", "key_1"), "Revoke key_1?", "y")
    assert (yes, len(api.asked)) == (0, 1)


def test_progress_is_seen_and_does_not_reach_the_pipe(api: PlayedApi, tmp_path: Path) -> None:
    outcome = {"success": True, "message": "Ready", "account_id": "acc_1", "account_email": "ann@example.com"}
    api.on("GET /v1/accounts", listed(ANN))
    api.on("POST /v1/accounts/test-connections", Reply(body={"items": [outcome], "next_cursor": None}, seconds=0.5))

    status, out, seen = typed(api, tmp_path, ("accounts", "test", "--json"))

    assert (status, json.loads(out)) == (0, {"items": [outcome]})
    assert "Testing" in seen
    assert "0/1" in seen
