"""Every field that a user controls, with everything that has ever become a second header, recipient or message."""

import base64
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from itertools import product

from postroom.tenancy.model import Caller, Role
from tests.experiments.tenancy import Tenant, a_tenant
from tests.fakes.http import Answer, authorised, request, send
from tests.faults.bare_aws import BareAws
from tests.faults.smtp_server import AcceptedMail, SmtpServer

EVIL = "eve@evil.example"
_SMUGGLED = f"MAIL FROM:<{EVIL}>\r\nRCPT TO:<{EVIL}>\r\nDATA\r\nSubject: smuggled\r\n\r\nx\r\n.\r\n"
_ENDS = ("\r\n.\r\n", "\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\r\n.\r", "\r\n\0.\r\n")
PAYLOADS = (
    *(f"x{end}{_SMUGGLED}" for end in _ENDS),
    f"x\r\nBcc: {EVIL}",
    f"x\nBcc: {EVIL}",
    f"x\rBcc: {EVIL}",
    f"x\r\n\r\n<b>{EVIL}</b>",
    f"x\r\n Bcc: {EVIL}",
    f"x\u2028Bcc: {EVIL}",
    f"x\x85Bcc: {EVIL}",
    f"x\x0bBcc: {EVIL}",
    f"x\x0cBcc: {EVIL}",
    f"x\x1cBcc: {EVIL}",
    "x\0y",
    f"=?utf-8?q?x=0D=0ABcc:_{EVIL}?=",
    "=?utf-8?b?" + base64.b64encode(f"x\r\nBcc: {EVIL}".encode()).decode() + "?=",
    f"x%0d%0aBcc: {EVIL}",
    f"x\\r\\nBcc: {EVIL}",
    f"x\uff0d\uff0aBcc: {EVIL}",
    f"x\u560d\u560aBcc: {EVIL}",
    f'x" <{EVIL}>, "y',
    f"x>, <{EVIL}",
    f"x, {EVIL}",
    f"x;{EVIL}",
    f"x> SIZE=1\r\nRCPT TO:<{EVIL}",
    f"(x) {EVIL}",
    ".",
    "..",
    "\r\n.",
    "x" * 1200,
    "\ud800",
    "é" * 300,
)

Body = dict[str, object]
_REFUSED = frozenset({400, 422})
"""The first for what is not even JSON that can be stored, such as half a character."""


def _plain() -> Body:
    return {"to": "ann@example.net", "subject": "Hello", "text": "Hello"}


def _message(**changes: object) -> Body:
    return {**_plain(), **changes}


FIELDS: dict[str, Callable[[str], Body]] = {
    "subject": lambda text: _message(subject=text),
    "text": lambda text: _message(text=text),
    "html": lambda text: _message(html=text),
    "to": lambda text: _message(to=text),
    "to, its name": lambda text: _message(to=f"{text} <ann@example.net>"),
    "to, its quoted name": lambda text: _message(to=f'"{text}" <ann@example.net>'),
    "to, its address": lambda text: _message(to=f"Ann <{text}@example.net>"),
    "to, its domain": lambda text: _message(to=f"ann@{text}"),
    "cc": lambda text: _message(cc=[f"{text} <cc@example.net>"]),
    "bcc": lambda text: _message(bcc=[f"{text} <bcc@example.net>"]),
    "reply_to": lambda text: _message(reply_to=f"{text} <reply@example.net>"),
    "a header's name": lambda text: _message(headers={text: "x"}),
    "a header's value": lambda text: _message(headers={"X-Note": text}),
    "List-Unsubscribe": lambda text: _message(headers={"List-Unsubscribe": text}),
    "a file's name": lambda text: _message(attachments=[{"filename": text, "content": "eA=="}]),
    "a file's type": lambda text: _message(attachments=[{"filename": "x", "content": "eA==", "content_type": text}]),
    "a file's content": lambda text: _message(attachments=[{"filename": "x", "content": _base64(text)}]),
    "metadata": lambda text: _message(metadata={"note": text, text: "note"}),
}
ACCOUNT_FIELDS = ("sender_name", "reply_to", "email", "smtp_username")


@dataclass(frozen=True, slots=True)
class Result:
    tried: int
    refused: int
    sent: int
    wrong: list[str]


def inject(aws: BareAws, payloads: Sequence[str] = PAYLOADS) -> Result:
    """Through the API, a sender and a server; ``wrong`` says where not exactly what was meant has arrived."""
    results = [*_in_messages(aws, payloads), *_in_accounts(aws, payloads)]
    return Result(
        tried=len(results),
        refused=results.count("refused"),
        sent=results.count("sent"),
        wrong=[result for result in results if result not in {"refused", "sent"}],
    )


def _in_messages(aws: BareAws, payloads: Sequence[str]) -> Iterator[str]:
    with SmtpServer() as server, aws.here(aws.settings(aws.queue(60))):
        tenant = a_tenant()
        tenant.prove(tenant.add_account(server.port))
        for (name, body), payload in product(FIELDS.items(), payloads):
            yield _result(tenant, server, body(payload), f"{name}: {payload[:40]!r}")
        if fault := fault_of_wire(server.clear):
            yield fault


def _in_accounts(aws: BareAws, payloads: Sequence[str]) -> Iterator[str]:
    for field in ACCOUNT_FIELDS:
        with SmtpServer(users={}) as server, aws.here(aws.settings(aws.queue(60))):
            for payload in payloads:
                tenant = a_tenant()
                changes = {field: payload} | ({"smtp_password": "open"} if field == "smtp_username" else {})
                account = {
                    "email": "sales@example.com",
                    "status": "active",
                    "smtp_host": "127.0.0.1",
                    "smtp_port": server.port,
                    **changes,
                }
                if field == "smtp_username":
                    server.change_password(payload, "open")
                if _post(tenant, "/v1/accounts", account).status in _REFUSED:
                    yield "refused"
                else:
                    yield _result(tenant, server, _plain(), f"{field}: {payload[:40]!r}")
            if fault := fault_of_wire(server.clear):
                yield fault


def _result(tenant: Tenant, server: SmtpServer, body: Body, case: str) -> str:
    before = len(server.mails)
    answer = _post(tenant, "/v1/messages", body)
    if answer.status in _REFUSED:
        return "refused"
    if answer.status != 202:
        return f"{case}: answered with {answer.status}"
    tenant.send([(answer.json["id"], "")])
    row = tenant.call("GET", f"/v1/messages/{answer.json['id']}", None, 200)
    arrived = server.mails[before:]
    if row["status"] == "failed" and not arrived:
        return "refused"
    if len(arrived) != 1:
        return f"{case}: {len(arrived)} mails, and the message is {row['status']}: {row['detail']}"
    envelope = {entry["address"] for entry in row["recipients"]}
    fault = _fault_of_mail(arrived[0], envelope, body)
    return f"{case}: {fault}" if fault else "sent"


def _post(tenant: Tenant, path: str, body: Body) -> Answer:
    return send(tenant.api, authorised(request("POST", path, body), Caller(tenant.id, "key", Role.ADMIN)))


def _fault_of_mail(mail: AcceptedMail, envelope: set[str], body: Body) -> str | None:
    if set(mail.recipients) != envelope or EVIL in mail.recipients or mail.sender == EVIL:
        return f"went from {mail.sender} to {mail.recipients}"
    header = mail.content.partition(b"\r\n\r\n")[0]
    names = sorted(re.findall(rb"^([!-9;-~]+):", header, re.MULTILINE))
    if len(names) != len(set(map(bytes.lower, names))):
        return f"has {names}"
    unmeant = {name.decode().lower() for name in names} - _meant(body)
    if unmeant:
        return f"has headers that nobody meant: {unmeant}"
    parsed = message_from_bytes(mail.content, policy=default)
    subject = body["subject"]
    if str(parsed["Subject"]) != subject:
        return f"has the subject {parsed['Subject']!r}"
    return None


_OURS = {"from", "to", "cc", "reply-to", "subject", "date", "message-id", "mime-version", "content-type"}


def _meant(body: Body) -> set[str]:
    headers = body.get("headers", {})
    assert isinstance(headers, dict)
    return _OURS | {"content-transfer-encoding", *(str(name).lower() for name in headers)}


def fault_of_wire(octets: bytes) -> str | None:
    whole = octets.count(b"\r\n")
    if b"\0" in octets or not whole == octets.count(b"\r") == octets.count(b"\n"):
        return "a lone CR or LF, or a NUL, went over the wire"
    return None


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()
