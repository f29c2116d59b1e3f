"""A proxy in front of DynamoDB that loses answers: what was asked is done, and nobody hears of it.

    with DynamoProxy(aws.place.endpoint, every_first("UpdateItem")) as proxy:
        with aws.here({**settings, "AWS_ENDPOINT_URL_DYNAMODB": proxy.url}):
            ...
        assert proxy.lost > 0

The connection is closed in place of the answer, so that boto3 repeats the request, as it does in production when a
connection breaks. Nothing is lost of what DynamoDB is told.
"""

import http.client
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from local.serving import Serving

_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})


@dataclass(frozen=True, slots=True)
class Call:
    """``attempt`` counts from 1 and rises as boto3 repeats the request; ``number`` is that of all requests so far."""

    operation: str
    attempt: int
    number: int


Loses = Callable[[Call], bool]
"""Whether the answer of a call gets lost."""


def every_first(*operations: str) -> Loses:
    """The first answer of each request of these operations, or of all; its repetition is answered."""
    return lambda call: call.attempt == 1 and (not operations or call.operation in operations)


def every_nth(nth: int, *operations: str) -> Loses:
    """Every nth answer, repetitions among them."""
    return lambda call: call.number % nth == 0 and (not operations or call.operation in operations)


class DynamoProxy(Serving):
    def __init__(self, upstream: str, loses: Loses) -> None:
        super().__init__(0, _handler(self))
        self._upstream = urlsplit(upstream)
        self._loses = loses
        self._lock = threading.Lock()
        self.calls = 0
        self.lost = 0

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(str(self._upstream.hostname), self._upstream.port, timeout=30)

    def is_lost(self, operation: str, attempt: int) -> bool:
        with self._lock:
            self.calls += 1
            lost = self._loses(Call(operation, attempt, self.calls))
            self.lost += lost
            return lost


def _handler(proxy: DynamoProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            self.upstream = proxy.connect()

        def finish(self) -> None:
            self.upstream.close()
            with suppress(OSError):
                super().finish()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
            self.upstream.request("POST", self.path, body, headers)
            answer = self.upstream.getresponse()
            content = answer.read()
            operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
            if proxy.is_lost(operation, _attempt(self.headers.get("amz-sdk-request", ""))):
                self.close_connection = True
                return
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler


def _attempt(header: str) -> int:
    # boto3 writes: "attempt=2; max=4".
    fields = dict(part.strip().partition("=")[::2] for part in header.split(";"))
    return int(fields.get("attempt", "1"))
