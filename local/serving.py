"""An HTTP server in a thread, bound to this machine only."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from local.place import LOOPBACK


class _Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True


class Serving:
    def __init__(self, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        self._server = _Server((LOOPBACK, port), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
