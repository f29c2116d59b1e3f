"""A TCP connection to a host that a tenant named, and never to a place inside.

The name is resolved once and the connection goes to the very address that was checked, so a name server that answers
differently the second time (DNS rebinding) gains nothing. TLS then verifies the name, not the address.
"""

import ipaddress
import queue
import socket
import threading
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address

from postroom.delivery.deadline import Deadline

Resolve = Callable[[str, int], Sequence[str]]
"""From a host and a port to addresses, the best first; raises OSError or ValueError."""

Dial = Callable[[str, int, float], socket.socket]
"""From an address, a port and a limit in seconds to a connected socket; raises OSError."""

_LONGEST_DIAL = 10.0

_NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # IETF protocol assignments: Python 3.11 and 3.13 disagree about parts of it
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
        "::/96",  # IPv4-compatible, RFC 4291
        "64:ff9b:1::/48",  # NAT64 into networks of one's own, RFC 8215
        "2001::/23",  # IETF protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation, RFC 3849
        "3fff::/20",  # documentation, RFC 9637: unknown to Python 3.11
        "5f00::/16",  # segment routing, RFC 9602: unknown to Python 3.11
        "fec0::/10",  # site-local, RFC 3879
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class CannotConnect(Exception):
    """No connection; the text says why in words that may be shown to the tenant."""


def resolve_by_system(host: str, port: int) -> tuple[str, ...]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


def dial(address: str, port: int, seconds: float) -> socket.socket:
    connection = socket.create_connection((address, port), timeout=seconds)
    # The final dot is a write of its own and must not wait for the acknowledgement of the body.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def connect(  # noqa: PLR0913 (what the tests stand in for)
    host: str,
    port: int,
    *,
    deadline: Deadline,
    allow_private: bool,
    resolve: Resolve = resolve_by_system,
    dial: Dial = dial,
) -> socket.socket:
    """Tries the host's addresses in turn. Raises CannotConnect; an address that is refused is never dialled."""
    addresses = _resolved(host, port, deadline, resolve)
    allowed = [address for address in addresses if allow_private or is_public(address)]
    if not allowed:
        raise CannotConnect("The host has no public address" if addresses else "The host has no address")
    return _first_that_answers(allowed, port, deadline, dial)


def is_public(address: str) -> bool:
    """False as well for every form in which a private IPv4 address can be carried inside an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if any(parsed in network for network in _NEVER):
        return False
    embedded = _embedded(parsed)
    if embedded is not None:
        return is_public(str(embedded))
    return parsed.is_global and not (parsed.is_multicast or parsed.is_reserved or parsed.is_unspecified)


def _embedded(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _resolved(host: str, port: int, deadline: Deadline, resolve: Resolve) -> Sequence[str]:
    answers: queue.SimpleQueue[Sequence[str] | CannotConnect] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(host, port))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else None
            answers.put(CannotConnect(f"The host cannot be resolved: {reason or 'not a host name'}"))

    # The system's resolver has no time limit of its own that could be set; the thread is left behind if it is slow.
    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left())
    except (queue.Empty, TimeoutError):
        raise CannotConnect("The host could not be resolved in time") from None
    if isinstance(answer, CannotConnect):
        raise answer
    return answer


def _first_that_answers(addresses: Sequence[str], port: int, deadline: Deadline, dial: Dial) -> socket.socket:
    reason = "timed out"
    for tried, address in enumerate(addresses):
        try:
            share = min(deadline.left() / (len(addresses) - tried), _LONGEST_DIAL)
            return dial(address, port, share)
        except OSError as error:
            reason = error.strerror or reason
    raise CannotConnect(f"The server cannot be reached: {reason}")
