"""An authorization server for tests (RFC 6749, RFC 7636) that can be told to misbehave, and that remembers everything.

    with AuthorizationServer() as server:
        code_and_state = server.consent(consent_url)   # what a browser and its person would do
        server.rotates = True                          # a new refresh token each time, as Microsoft gives
        server.on_token(Answer(503), Slow(2.0))
        server.revoke("ann@example.com")
        assert server.refreshes == 1

It speaks HTTP on 127.0.0.1, on a port that was free unless one is given. Its addresses are ``/<provider>/authorize``
and ``/<provider>/token``. Each request has a thread. ``valid_tokens`` is the truth about which access tokens open a
mailbox.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlencode, urlsplit

from local.serving import Serving

CLIENT_ID, CLIENT_SECRET = "postroom-client", "the-secret-of-the-client"


@dataclass(frozen=True)
class Answer:
    """Instead of a token. With ``after_issuing`` the token is given out and its answer lost on the way."""

    status: int
    error: str | None = None
    after_issuing: bool = False


@dataclass(frozen=True)
class Slow:
    seconds: float


Fault = Answer | Slow
Watcher = Callable[[str, tuple[str, ...]], None]


@dataclass
class _Grant:
    """One consent, and all refresh tokens that ever came of it, the latest last."""

    mailbox: str
    refresh_tokens: list[str] = field(default_factory=list)
    revoked: bool = False


@dataclass(frozen=True)
class _Code:
    mailbox: str
    redirect_uri: str
    challenge: str


class AuthorizationServer(Serving):
    """``reuse_revokes``: a refresh token that was replaced, used again, ends the whole grant (RFC 9700, 4.14.2).

    Without it the old ones stay good, as Microsoft's do. ``lifetime`` is what it says of its access tokens, in seconds.
    """

    def __init__(self, port: int = 0, *, rotates: bool = False, reuse_revokes: bool = False) -> None:
        super().__init__(port, _handler(self))
        self.rotates = rotates
        self.reuse_revokes = reuse_revokes
        self.lifetime = 3600
        self.scope: str | None = None
        self.gives_refresh_token = True
        self.refreshes = 0
        self.requests: list[Mapping[str, str]] = []
        self.issued: list[str] = []
        """Everything secret that ever left: codes, access and refresh tokens."""
        self._faults: deque[Fault] = deque()
        self._codes: dict[str, _Code] = {}
        self._grants: list[_Grant] = []
        self._access: dict[str, list[str]] = {}
        self._watchers: list[Watcher] = []
        self._lock = threading.RLock()

    # What a test does with it

    def consent(self, url: str, *, denied: bool = False) -> dict[str, str]:
        """What the browser comes back with. Asserts that it was asked as the RFCs want it."""
        parts, asked = urlsplit(url), dict(parse_qsl(urlsplit(url).query))
        assert f"{parts.scheme}://{parts.netloc}" == self.url
        assert parts.path.endswith("/authorize")
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT_ID)
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["state"]) >= 32
        if denied:
            return {"state": asked["state"], "error": "access_denied"}
        code = self._new("code")
        with self._lock:
            self._codes[code] = _Code(asked["login_hint"], asked["redirect_uri"], asked["code_challenge"])
        return {"state": asked["state"], "code": code}

    def on_token(self, *faults: Fault) -> None:
        """For the next requests, one by one."""
        self._faults.extend(faults)

    def behave(self) -> None:
        self._faults.clear()

    def valid_tokens(self, mailbox: str) -> tuple[str, ...]:
        with self._lock:
            return tuple(self._access.get(mailbox, ()))

    def expire(self, mailbox: str) -> None:
        """All access tokens so far, whatever was said of their lives."""
        with self._lock:
            self._access[mailbox] = []
            self._tell(mailbox)

    def revoke(self, mailbox: str) -> None:
        """As an owner does on the provider's page."""
        with self._lock:
            for grant in self._grants:
                grant.revoked |= grant.mailbox == mailbox
            self.expire(mailbox)

    def watch(self, watcher: Watcher) -> None:
        """Told the valid tokens of a mailbox at every change."""
        self._watchers.append(watcher)

    # What a client asks of it

    def token(self, form: Mapping[str, str]) -> tuple[int, dict[str, object]]:
        self.requests.append(form)
        fault = self._faults.popleft() if self._faults else None
        if isinstance(fault, Slow):
            time.sleep(fault.seconds)
        lost = isinstance(fault, Answer) and fault.after_issuing
        if isinstance(fault, Answer) and not lost:
            return fault.status, {"error": fault.error} if fault.error else {}
        with self._lock:
            status, answer = self._token(form)
        return (fault.status, {}) if isinstance(fault, Answer) else (status, answer)

    def _token(self, form: Mapping[str, str]) -> tuple[int, dict[str, object]]:
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client", "error_description": "for " + form.get("refresh_token", "")}
        match form.get("grant_type"):
            case "authorization_code":
                return self._exchange(form)
            case "refresh_token":
                self.refreshes += 1
                return self._refresh(form.get("refresh_token", ""))
        return 400, {"error": "unsupported_grant_type"}

    def _exchange(self, form: Mapping[str, str]) -> tuple[int, dict[str, object]]:
        code = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if code is None or (code.redirect_uri, code.challenge) != (form.get("redirect_uri"), challenge):
            return 400, {"error": "invalid_grant", "error_description": "of " + form.get("code", "")}
        grant = _Grant(code.mailbox)
        self._grants.append(grant)
        return 200, self._issued(grant, with_refresh=self.gives_refresh_token)

    def _refresh(self, token: str) -> tuple[int, dict[str, object]]:
        grant = next((grant for grant in self._grants if token in grant.refresh_tokens), None)
        if grant is not None and self.reuse_revokes and token != grant.refresh_tokens[-1]:
            grant.revoked = True
        if grant is None or grant.revoked:
            return 400, {"error": "invalid_grant", "error_description": f"The token {token} was revoked"}
        return 200, self._issued(grant, with_refresh=self.rotates)

    def _issued(self, grant: _Grant, *, with_refresh: bool) -> dict[str, object]:
        answer: dict[str, object] = {"token_type": "Bearer", "expires_in": self.lifetime}
        answer["access_token"] = access = self._new("access")
        if with_refresh:
            answer["refresh_token"] = refresh = self._new("refresh")
            grant.refresh_tokens.append(refresh)
        if self.scope is not None:
            answer["scope"] = self.scope
        self._access.setdefault(grant.mailbox, []).append(access)
        self._tell(grant.mailbox)
        return answer

    def _new(self, kind: str) -> str:
        token = f"{kind}.{secrets.token_urlsafe(60)}"
        self.issued.append(token)
        return token

    def _tell(self, mailbox: str) -> None:
        for watcher in self._watchers:
            watcher(mailbox, self.valid_tokens(mailbox))


def _handler(server: AuthorizationServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = dict(parse_qsl(body, keep_blank_values=True)) if self.path.endswith("/token") else {}
            self._say(*server.token(form))

        def do_GET(self) -> None:
            """The consent page, of a person who always agrees."""
            back = server.consent(server.url + self.path)
            asked = dict(parse_qsl(urlsplit(self.path).query))
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(back)}")
            self.end_headers()

        def _say(self, status: int, answer: Mapping[str, object]) -> None:
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """A test session prints its own lines."""

    return Handler
