"""The mail server that is sent to, in a process of its own: what it computes is not ours to count."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from tests.faults.smtp_server import SmtpServer

USERNAME, PASSWORD = "sender", "a-password"


@dataclass(frozen=True)
class Received:
    """Since the server was started."""

    mails: int
    content_bytes: int
    connections: int


@dataclass(frozen=True)
class Peer:
    port: int
    _pipe: "Connection[str, Received]"

    def received(self) -> Received:
        self._pipe.send("received")
        return self._pipe.recv()


@contextmanager
def mail_server() -> Iterator[Peer]:
    ours, theirs = multiprocessing.Pipe()
    process: SpawnProcess = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield Peer(ours.recv(), ours)
    finally:
        ours.send("end")
        process.join(10)


def _serve(pipe: "Connection[int | Received, str]") -> None:
    with SmtpServer(users={USERNAME: PASSWORD}) as server:
        pipe.send(server.port)
        while pipe.recv() == "received":
            sizes = [len(mail.content) for mail in server.mails]
            pipe.send(Received(len(sizes), sum(sizes), server.connections))
