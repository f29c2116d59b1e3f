"""Where processes listen, as Linux says it in ``/proc`` (see proc_net(5)), by network."""

import re
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_LISTEN = "0A"
_SOCKET = re.compile(r"socket:\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Listening:
    address: str
    port: int


def listening(pids: Iterable[int], *, network_of: int | str = "self") -> set[Listening]:
    """What these processes listen on in the network of one process: of this one, or of the one given."""
    inodes = {inode for pid in pids for inode in _sockets(pid)}
    found = [
        *_entries(Path(f"/proc/{network_of}/net/tcp"), socket.AF_INET),
        *_entries(Path(f"/proc/{network_of}/net/tcp6"), socket.AF_INET6),
    ]
    return {where for inode, where in found if inode in inodes}


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def network(pid: int | str) -> Path:
    """Which network a process lives in: the same path means the same one."""
    return Path(f"/proc/{pid}/ns/net").readlink()


def _sockets(pid: int) -> Iterator[str]:
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        # It may be closed meanwhile.
        with suppress(FileNotFoundError):
            if match := _SOCKET.fullmatch(str(descriptor.readlink())):
                yield match[1]


def _entries(table: Path, family: socket.AddressFamily) -> Iterator[tuple[str, Listening]]:
    for line in table.read_text().splitlines()[1:]:
        fields = line.split()
        address, _, port = fields[1].partition(":")
        if fields[3] == _LISTEN:
            yield fields[9], Listening(_readable(address, family), int(port, 16))


def _readable(address: str, family: socket.AddressFamily) -> str:
    # Words of 32 bits, each as the machine has it in memory.
    words = [int(address[start : start + 8], 16) for start in range(0, len(address), 8)]
    return socket.inet_ntop(family, struct.pack(f"={len(words)}I", *words))
