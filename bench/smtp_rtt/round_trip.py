"""How far away the server really is: the time of a NOOP."""

import smtplib
import time

from bench.figures import Seen, seen
from local.place import LOOPBACK

_TIMES = 10


def round_trip(port: int) -> Seen:
    """In milliseconds."""
    with smtplib.SMTP(LOOPBACK, port, local_hostname="client.example.test") as connection:
        return seen(*(_noop(connection) for _ in range(_TIMES)))


def _noop(connection: smtplib.SMTP) -> float:
    start = time.perf_counter()
    connection.noop()
    return (time.perf_counter() - start) * 1000
