import errno
import os
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from typing import NoReturn

import pytest

from postroom.delivery.deadline import Deadline
from postroom.delivery.smtp.connect import CannotConnect, Dial, Resolve, connect
from postroom.errors import Unavailable

INSIDE = (
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 (an address to refuse)
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "169.254.170.2",
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:100.64.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2002:0a00:0001::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "3fff::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "5f00::1",
    "not an address",
    "",
)


class Network:
    """Answers for the resolver and for the dialler, and remembers who was called."""

    def __init__(self, *answers: Sequence[str], dead: Sequence[str] = ()) -> None:
        self._answers = list(answers)
        self._dead = dead
        self.asked: list[tuple[str, int]] = []
        self.dialled: list[str] = []

    def resolve(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self._answers.pop(0)

    def dial(self, address: str, port: int, seconds: float) -> socket.socket:
        self.dialled.append(address)
        if address in self._dead:
            raise ConnectionRefusedError(111, "Connection refused")
        return socket.socket()

    def connect(self, *, allow_private: bool = False, seconds: float = 5.0) -> None:
        connection = connect(
            "mail.test",
            587,
            deadline=Deadline.after(seconds),
            allow_private=allow_private,
            resolve=self.resolve,
            dial=self.dial,
        )
        connection.close()


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_never_dialled(address: str) -> None:
    network = Network([address])

    with pytest.raises(CannotConnect, match="no public address"):
        network.connect()

    assert network.dialled == []


def test_in_local_mode_private_addresses_are_allowed() -> None:
    network = Network(["127.0.0.1"])

    network.connect(allow_private=True)

    assert network.dialled == ["127.0.0.1"]


def test_of_a_mixed_answer_only_the_public_addresses_are_dialled() -> None:
    network = Network(["10.0.0.1", "8.8.8.8"])

    network.connect()

    assert network.dialled == ["8.8.8.8"]


def test_a_name_is_resolved_once_so_that_its_second_answer_cannot_matter() -> None:
    network = Network(["8.8.8.8"], ["127.0.0.1"])

    network.connect()

    assert network.asked == [("mail.test", 587)]
    assert network.dialled == ["8.8.8.8"]


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    network = Network(["8.8.8.8", "1.1.1.1"], dead=["8.8.8.8"])

    network.connect()

    assert network.dialled == ["8.8.8.8", "1.1.1.1"]


def test_when_none_answers_the_reason_is_told() -> None:
    network = Network(["8.8.8.8"], dead=["8.8.8.8"])

    with pytest.raises(CannotConnect, match="Connection refused"):
        network.connect()


def test_a_name_without_addresses_is_told_as_such() -> None:
    with pytest.raises(CannotConnect, match="no address"):
        Network([]).connect()


@pytest.mark.parametrize(
    "error", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label too long"), ValueError("null")]
)
def test_a_name_that_does_not_resolve_is_told_as_such(error: Exception) -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        raise error

    with pytest.raises(CannotConnect, match="cannot be resolved"):
        connect("x" * 70, 25, deadline=Deadline.after(5), allow_private=False, resolve=resolve)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
@pytest.mark.parametrize("at", ["resolver", "server"])
def test_that_this_process_can_open_nothing_more_is_no_fault_of_a_server(number: int, at: str) -> None:
    def full(*_: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    network = Network(["8.8.8.8"])
    at_fault: Mapping[str, tuple[Resolve, Dial]] = {"resolver": (full, network.dial), "server": (network.resolve, full)}
    resolve, dial = at_fault[at]

    with pytest.raises(Unavailable):
        connect("mail.test", 25, deadline=Deadline.after(5), allow_private=False, resolve=resolve, dial=dial)


def test_a_slow_resolver_does_not_outlast_the_deadline() -> None:
    left = threading.Event()

    def resolve(host: str, port: int) -> Sequence[str]:
        left.wait(20)
        return ["8.8.8.8"]

    began = time.monotonic()
    with pytest.raises(CannotConnect, match="in time"):
        connect("mail.test", 25, deadline=Deadline.after(0.1), allow_private=False, resolve=resolve)
    took = time.monotonic() - began
    left.set()

    assert took < 5
