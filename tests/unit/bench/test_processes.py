import socket
import sys
from pathlib import Path

import pytest

from bench.processes import serving
from local.place import LOOPBACK, free_port
from local.trouble import Trouble

SERVER = "import socket, sys; s = socket.create_server(('127.0.0.1', int(sys.argv[1])));\nwhile True: s.accept()"


def test_a_server_takes_connections_within_the_block_and_is_gone_after_it(tmp_path: Path) -> None:
    port = free_port()

    with serving([sys.executable, "-c", SERVER, str(port)], port, log=tmp_path / "log") as process:
        socket.create_connection((LOOPBACK, port), timeout=1).close()

    assert process.returncode is not None
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((LOOPBACK, port), timeout=1)


def test_a_server_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    with (
        pytest.raises(Trouble, match="no such thing"),
        serving([sys.executable, "-c", "raise SystemExit('no such thing')"], free_port(), log=tmp_path / "log"),
    ):
        pass
