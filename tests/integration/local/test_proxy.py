"""The short address of the local stack's API."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx
import pytest

from local.place import Place, place_of_own
from local.proxy import api_proxy
from local.serving import Serving

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")


class Upstream(BaseHTTPRequestHandler):
    """Says by which method and path it was asked, and that it takes none."""

    def tell(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(405)
        self.send_header("Asked", f"{self.command} {self.path}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = tell  # noqa: N815 - by protocol
    do_TRACE = do_QUERY = tell  # noqa: N815 - by protocol

    def log_message(self, *_: object) -> None:
        """A test prints nothing."""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = place_of_own(tmp_path)
    with Serving(place.emulator_port, Upstream), api_proxy(place, "an-api"):
        yield place


@pytest.mark.parametrize("method", METHODS)
def test_it_hands_on_every_method_and_leaves_it_to_the_api_to_refuse_one(place: Place, method: str) -> None:
    answer = httpx.request(method, f"{place.api_url}/v1/messages?limit=1")

    assert answer.status_code == 405
    assert answer.headers["Asked"] == f"{method} /_aws/execute-api/an-api/$default/v1/messages?limit=1"
