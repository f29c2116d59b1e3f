"""What is said to a mail server, and what its answers mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType


class Security(StrEnum):
    """How the connection is protected: the whole of it, after STARTTLS, or not at all (local hosts only)."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Password:
    username: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """OAuth 2.0 (RFC 6750). ``username`` is the mailbox that it opens."""

    username: str
    text: str = field(repr=False)


Credential = Password | AccessToken


@dataclass(frozen=True, slots=True)
class Server:
    """``pipelining``: whether what the server offers of RFC 2920 and RFC 3030 may be used."""

    host: str
    port: int
    security: Security
    credential: Credential | None = None
    pipelining: bool = True


class Phase(StrEnum):
    """How far a conversation came, in order."""

    CONNECT = "connect"
    GREETING = "greeting"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    FINAL_DOT = "final_dot"


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's reply: RFC 5321 code, RFC 3463 enhanced code when it gave one, and its text."""

    code: int
    enhanced: str | None
    text: str

    def __str__(self) -> str:
        return " ".join(filter(None, (str(self.code), self.enhanced, self.text)))


class ReplyClass(StrEnum):
    """The class decides what happens; nothing else looks at codes."""

    ACCEPTED = "accepted"
    RECIPIENT = "recipient"
    BUSY = "busy"
    QUOTA = "quota"
    RATE = "rate"
    AUTH = "auth"
    POLICY = "policy"
    INFRASTRUCTURE = "infrastructure"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one recipient, or of the whole conversation. ``words`` are the server's own, or the fault's."""

    reply_class: ReplyClass
    phase: Phase
    words: str
    reply: Reply | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    sender: str
    recipients: tuple[str, ...]


Finished = NewType("Finished", bytes)
"""A whole mail that has had the last look: CRLF throughout, no Bcc."""


@dataclass(frozen=True, slots=True)
class Mail:
    envelope: Envelope
    content: Finished = field(repr=False)


@dataclass(frozen=True, slots=True)
class Delivery:
    """The outcome of one transaction: a verdict for every recipient of the envelope.

    ``transcript``: what both sides said since the transaction before, without credentials and without content.
    """

    verdicts: Mapping[str, Verdict]
    transcript: tuple[str, ...] = ()


class SessionFailed(Exception):
    """No session could be opened: nothing was sent, and no recipient is to blame."""

    def __init__(self, verdict: Verdict, transcript: tuple[str, ...] = ()) -> None:
        super().__init__(verdict.words)
        self.verdict = verdict
        self.transcript = transcript
