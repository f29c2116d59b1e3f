"""The inbox page and its API.

GET    /                                   the page
GET    /api/messages                       every mail: envelope, headers, parts, raw
DELETE /api/messages                       forgets them all
GET    /api/messages/<id>/raw              the bytes as they came
GET    /api/messages/<id>/html             the HTML part, which may load and run nothing
GET    /api/messages/<id>/attachments/<n>  an attachment

An unknown address is answered with 404.
"""

import codecs
import json
import re
from dataclasses import dataclass
from email.message import EmailMessage, MIMEPart
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from local.catcher.mailbox import Caught, Mailbox
from local.serving import Serving

_PAGE = Path(__file__).parent / "page"
_ASSETS = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/inbox.css": ("inbox.css", "text/css; charset=utf-8"),
    "/inbox.js": ("inbox.js", "text/javascript; charset=utf-8"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
_MAIL_POLICY = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_DETAIL = re.compile(r"/api/messages/(\d+)/(raw|html|attachments/(\d+))")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: str
    body: bytes
    policy: str = _PAGE_POLICY
    download: bool = False


_NOT_FOUND = Answer(404, "text/plain; charset=utf-8", b"Not found\n")


def inbox_server(mailbox: Mailbox, port: int) -> Serving:
    class Inbox(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._send(find(mailbox, self.path.partition("?")[0]))

        def do_DELETE(self) -> None:
            if self.path != "/api/messages":
                self._send(_NOT_FOUND)
                return
            mailbox.clear()
            self._send(Answer(204, "text/plain", b""))

        def log_message(self, *_: object) -> None:
            """Who looks at the page is not worth a line."""

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.send_header("Content-Security-Policy", answer.policy)
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Cache-Control", "no-store")
            if answer.download:
                self.send_header("Content-Disposition", "attachment")
            self.end_headers()
            self.wfile.write(answer.body)

    return Serving(port, Inbox)


def find(mailbox: Mailbox, path: str) -> Answer:
    if path in _ASSETS:
        name, content_type = _ASSETS[path]
        return Answer(200, content_type, (_PAGE / name).read_bytes())
    if path == "/api/messages":
        listing = {"items": [describe(mail) for mail in mailbox.all()]}
        return Answer(200, "application/json", json.dumps(listing).encode())
    detail = _DETAIL.fullmatch(path)
    mail = next((mail for mail in mailbox.all() if detail and mail.id == int(detail[1])), None)
    if detail is None or mail is None:
        return _NOT_FOUND
    return _detail(mail, detail[2], detail[3])


def describe(mail: Caught) -> dict[str, object]:
    message = mail.message
    return {
        "id": mail.id,
        "received_at": mail.received_at,
        "envelope": {
            "mail_from": mail.mail_from,
            "rcpt_tos": list(mail.rcpt_tos),
            "tls": mail.tls,
            "username": mail.username,
        },
        "subject": str(message.get("Subject", "")),
        "headers": [[name, str(value)] for name, value in message.items()],
        "text": _text(message, "plain"),
        "html": _text(message, "html"),
        "attachments": [
            {"filename": part.get_filename() or "", "content_type": part.get_content_type(), "size": len(_bytes(part))}
            for part in _attachments(message)
        ],
        "raw": mail.raw.decode(errors="replace"),
    }


def _detail(mail: Caught, kind: str, number: str | None) -> Answer:
    message = mail.message
    if kind == "raw":
        return Answer(200, "text/plain; charset=utf-8", mail.raw)
    if kind == "html":
        html = _text(message, "html") or ""
        return Answer(200, "text/html; charset=utf-8", html.encode(errors="replace"), _MAIL_POLICY)
    attachments = _attachments(message)
    index = int(number or 0)
    if index >= len(attachments):
        return _NOT_FOUND
    return Answer(200, "application/octet-stream", _bytes(attachments[index]), _MAIL_POLICY, download=True)


def _text(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body((kind,))
    return _bytes(part).decode(_charset(part), "replace") if part else None


def _charset(part: MIMEPart) -> str:
    name = part.get_content_charset("utf-8")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "latin-1"


def _attachments(message: EmailMessage) -> list[EmailMessage]:
    return list(message.iter_attachments())


def _bytes(part: MIMEPart) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
