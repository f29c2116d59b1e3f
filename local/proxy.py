"""Gives the API of the local stack a short address, as the host name of API Gateway does on AWS."""

from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler

from local.place import LOOPBACK, Place
from local.serving import Serving

_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "host"})
_LONGER_THAN_ANY_FUNCTION_SECONDS = 65


def api_proxy(place: Place, api_id: str) -> Serving:
    prefix = f"/_aws/execute-api/{api_id}/$default"

    class Forward(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def forward(self) -> None:
            if "Transfer-Encoding" in self.headers:
                self.send_error(411)
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            upstream = HTTPConnection(LOOPBACK, place.emulator_port, timeout=_LONGER_THAN_ANY_FUNCTION_SECONDS)
            try:
                upstream.request(self.command, prefix + self.path, body, self._passed_on())
                self._answer(upstream)
            except OSError:
                self.send_error(502)
            finally:
                upstream.close()

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = forward  # noqa: N815 - by protocol

        def log_message(self, *_: object) -> None:
            """The functions log."""

        def _passed_on(self) -> dict[str, str]:
            return {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}

        def _answer(self, upstream: HTTPConnection) -> None:
            answer = upstream.getresponse()
            payload = answer.read()
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP_BY_HOP | {"content-length"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

    return Serving(place.api_port, Forward)
