"""How an ``SmtpServer`` is, all the time and without any fault."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Scenario:
    """``SmtpServer`` says what each of them means."""

    context: ssl.SSLContext | None = None
    implicit_tls: bool = False
    mechanisms: str = "PLAIN LOGIN"
    extensions: Sequence[str] = ()
    pipelining: bool = False
    chunking: bool = False
    cut_after: int | None = None
    latency: float = 0.0
    hold_replies: float | None = None
    mails_per_connection: int | None = None
    needs_reset: bool = False
    goes_ahead_without_recipients: bool = False

    @property
    def offers(self) -> list[str]:
        pipelining = ["PIPELINING"] if self.pipelining else []
        chunking = ["CHUNKING"] if self.chunking else []
        return [*self.extensions, *pipelining, *chunking]
