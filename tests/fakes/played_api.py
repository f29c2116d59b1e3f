"""A real HTTP server on this machine that plays the API, rightly or wrongly, for clients of it."""

import json
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from local.serving import Serving


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any

    @property
    def call(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Reply:
    """``drops``: the connection ends without a word. ``seconds``: it takes so long; ``drip``: to each byte."""

    status: int = 200
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    drops: bool = False
    seconds: float = 0
    drip: float = 0

    @property
    def content(self) -> bytes:
        return self.raw if self.raw is not None else json.dumps(self.body).encode()


Replying = Callable[[Asked], Reply]


def problem(status: int, code: str, detail: str, errors: Sequence[Mapping[str, str]] = (), **headers: str) -> Reply:
    document = {"type": f"urn:postroom:problem:{code}", "status": status, "code": code, "detail": detail}
    return Reply(status, document | ({"errors": list(errors)} if errors else {}), headers)


UNAUTHENTICATED = problem(401, "unauthenticated", "A valid API key is needed")
NOTHING_HERE = problem(404, "not_found", "There is nothing at this path.")
FORBIDDEN = problem(403, "forbidden", "This needs a key with another role.")


def listed(*items: object, next_cursor: str | None = None) -> Reply:
    return Reply(body={"items": list(items), "next_cursor": next_cursor})


@dataclass
class PlayedApi:
    url: str
    asked: list[Asked] = field(default_factory=list)
    _replies: dict[str, list[Reply | Replying]] = field(default_factory=dict)

    def on(self, call: str, *replies: Reply | Replying) -> None:
        """``"GET /v1/accounts"`` is answered so, one after another; the last one again and again."""
        self._replies[call] = list(replies)

    def calls(self, call: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.call == call]

    def reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        if "Authorization" not in asked.headers:
            return UNAUTHENTICATED
        replies = self._replies.get(asked.call, [NOTHING_HERE])
        chosen = replies.pop(0) if len(replies) > 1 else replies[0]
        return chosen if isinstance(chosen, Reply) else chosen(asked)


@contextmanager
def played_api(tls: ssl.SSLContext | None = None) -> Iterator[PlayedApi]:
    api = PlayedApi("")
    with Serving(0, _handler(api), tls) as serving:
        api.url = serving.url
        yield api


def _handler(api: PlayedApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length)) if length else None
            asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), dict(self.headers.items()), body)
            reply = api.reply(asked)
            time.sleep(reply.seconds)
            if reply.drops:
                self.close_connection = True
                return
            content = b"" if reply.status == 204 else reply.content
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if reply.drip:
                for byte in content:
                    time.sleep(reply.drip)
                    self.wfile.write(bytes([byte]))
            else:
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """The test says what it saw."""

    return Handler
