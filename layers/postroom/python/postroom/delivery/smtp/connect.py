"""A TCP connection to a host that a tenant named, and never to a place inside.

The name is resolved once and the connection goes to the very address that was checked, so a name server that answers
differently the second time (DNS rebinding) gains nothing. TLS then verifies the name, not the address.
"""

import errno
import queue
import socket
import threading
from collections.abc import Callable, Sequence

from postroom.delivery.deadline import Deadline
from postroom.delivery.smtp.watch import Done, Step, Watch, unwatched
from postroom.errors import Unavailable
from postroom.hosts import is_public

Resolve = Callable[[str, int], Sequence[str]]
"""From a host and a port to addresses, the best first; raises OSError or ValueError."""

Dial = Callable[[str, int, float], socket.socket]
"""From an address, a port and a limit in seconds to a connected socket; raises OSError."""

_LONGEST_DIAL = 10.0
_FULL_HERE = frozenset({errno.EMFILE, errno.ENFILE})


class CannotConnect(Exception):
    """No connection; the text says why in words that may be shown to the tenant."""


class NotPublic(CannotConnect):
    """The name leads inside."""


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
    watch: Watch = unwatched,
) -> socket.socket:
    """Tries the host's addresses in turn; an address that is refused is never dialled.

    Raises CannotConnect, and Unavailable when it is this process that can open nothing more.
    """
    addresses = _resolved(host, port, deadline, resolve)
    allowed = [address for address in addresses if allow_private or is_public(address)]
    if not addresses:
        raise CannotConnect("The host has no address")
    if not allowed:
        raise NotPublic("The host has no public address")
    watch(Done(Step.DNS, ", ".join(allowed)))
    return _first_that_answers(allowed, port, deadline, dial, watch)


def _resolved(host: str, port: int, deadline: Deadline, resolve: Resolve) -> Sequence[str]:
    answers: queue.SimpleQueue[Sequence[str] | OSError | ValueError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(host, port))
        except (OSError, ValueError) as error:
            answers.put(error)

    # The system's resolver has no time limit of its own that could be set; the thread is left behind if it is slow.
    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left())
    except (queue.Empty, TimeoutError):
        raise CannotConnect("The host could not be resolved in time") from TimeoutError()
    if isinstance(answer, OSError | ValueError):
        _blame_nobody_else(answer)
        reason = answer.strerror if isinstance(answer, OSError) else None
        raise CannotConnect(f"The host cannot be resolved: {reason or 'not a host name'}") from answer
    return answer


def _first_that_answers(
    addresses: Sequence[str], port: int, deadline: Deadline, dial: Dial, watch: Watch
) -> socket.socket:
    failure: OSError | None = None
    for tried, address in enumerate(addresses):
        try:
            share = min(deadline.left() / (len(addresses) - tried), _LONGEST_DIAL)
            connection = dial(address, port, share)
        except OSError as error:
            _blame_nobody_else(error)
            # That we have no IPv6 says nothing about the server.
            failure = failure if failure and error.errno == errno.ENETUNREACH else error
        else:
            watch(Done(Step.TCP, f"{address} port {port}"))
            return connection
    reason = failure.strerror if failure else None
    raise CannotConnect(f"The server cannot be reached: {reason or 'timed out'}") from failure


def _blame_nobody_else(error: OSError | ValueError) -> None:
    if isinstance(error, OSError) and error.errno in _FULL_HERE:
        raise Unavailable("As many files are open in this process as may be") from error
