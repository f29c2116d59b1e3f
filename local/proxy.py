"""Gives the API of the local stack a short address, as the host name of API Gateway does on AWS."""

from contextlib import suppress
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler
from threading import BoundedSemaphore

from local.place import LOOPBACK, Place
from local.serving import Serving

_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "host"})
_LONGER_THAN_ANY_FUNCTION_SECONDS = 65
_AT_ONCE = 8
"""Each request at the same time is a process of its own in the emulator, for each function it goes through."""


class _Forward(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    emulator_port: int
    prefix: str
    places: BoundedSemaphore

    def forward(self) -> None:
        length = self.headers.get("Content-Length") or "0"
        if "Transfer-Encoding" in self.headers or not length.isdigit():
            self.close_connection = True
            self.send_error(411)
            return
        body = self.rfile.read(int(length))
        with self.places, suppress(BrokenPipeError, ConnectionResetError):  # A client may leave before its answer.
            self._pass_on(body)

    # Also what no route of ours takes: it is the API that says so.
    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = forward  # noqa: N815 - by protocol
    do_TRACE = do_QUERY = forward  # noqa: N815 - by protocol

    def log_message(self, *_: object) -> None:
        """The functions log."""

    def _pass_on(self, body: bytes) -> None:
        upstream = HTTPConnection(LOOPBACK, self.emulator_port, timeout=_LONGER_THAN_ANY_FUNCTION_SECONDS)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        try:
            upstream.request(self.command, self.prefix + self.path, body, headers)
            answer = upstream.getresponse()
            payload = answer.read()
        except OSError:
            self.send_error(502)
        else:
            self._answer(answer, payload)
        finally:
            upstream.close()

    def _answer(self, answer: HTTPResponse, payload: bytes) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)


def api_proxy(place: Place, api_id: str) -> Serving:
    class Forward(_Forward):
        emulator_port = place.emulator_port
        prefix = f"/_aws/execute-api/{api_id}/$default"
        places = BoundedSemaphore(_AT_ONCE)

    return Serving(place.api_port, Forward)
