"""From a connection to a session in which mail may be sent: greeting, EHLO, TLS, AUTH, in that order or not at all."""

import base64
import ssl
from collections.abc import Callable

from postroom.delivery.deadline import Deadline
from postroom.delivery.model import (
    AccessToken,
    Credential,
    Password,
    Phase,
    Reply,
    ReplyClass,
    Security,
    Server,
    SessionFailed,
    Verdict,
)
from postroom.delivery.smtp.conversation import Conversation
from postroom.delivery.smtp.limits import Limits
from postroom.delivery.smtp.replies import classify
from postroom.delivery.smtp.stream import Broken, NotOffered
from postroom.delivery.smtp.watch import Done, Step, Watch, unwatched

_MECHANISM_UNKNOWN = 504

Attempt = Callable[[str, str], Reply]
"""With a user name and a secret."""


class Handshake:
    """Raises SessionFailed. No credentials are sent before TLS is verified, unless the server's security is PLAIN."""

    def __init__(
        self,
        conversation: Conversation,
        deadline: Deadline,
        limits: Limits,
        tls: Callable[[], ssl.SSLContext],
        watch: Watch = unwatched,
    ) -> None:
        self._conversation = conversation
        self._deadline = deadline
        self._limits = limits
        self._tls = tls
        self._watch = watch
        self._phase = Phase.CONNECT

    def run(self, server: Server) -> None:
        try:
            if server.security is Security.IMPLICIT:
                self._begin_tls(server.host)
            greeting = self._conversation.listen(self._limit(Phase.GREETING))
            self._require(Phase.GREETING, greeting, 220)
            self._watch(Done(Step.GREETING, str(greeting)))
            self._require(Phase.EHLO, self._conversation.greet(self._limit(Phase.EHLO)), 250)
            if server.security is Security.STARTTLS:
                self._upgrade(server.host)
            self._watch(Done(Step.EHLO, features=self._conversation.esmtp_features))
            if server.credential is not None:
                self._log_in(server.credential)
        except Broken as error:
            raise SessionFailed(Verdict(ReplyClass.INFRASTRUCTURE, self._phase, str(error))) from error

    def _upgrade(self, host: str) -> None:
        limit = self._limit(Phase.STARTTLS)
        if not self._conversation.has_extn("starttls"):
            raise NotOffered("The server does not offer STARTTLS")
        answer = self._conversation.ask("STARTTLS", limit)
        self._require(Phase.STARTTLS, answer, 220)
        self._watch(Done(Step.STARTTLS, str(answer)))
        self._begin_tls(host)
        # RFC 3207: what was said before TLS must be forgotten, and asked again.
        self._require(Phase.EHLO, self._conversation.greet(self._limit(Phase.EHLO)), 250)

    def _begin_tls(self, host: str) -> None:
        stream = self._conversation.stream
        stream.start_tls(self._tls(), host)
        self._watch(Done(Step.TLS, protection=stream.protection))

    def _log_in(self, credential: Credential) -> None:
        self._phase = Phase.AUTH
        offered = self._conversation.esmtp_features.get("auth", "").upper().split()
        mechanisms = self._mechanisms(credential)
        replies = (attempt(credential.username, credential.text) for name, attempt in mechanisms if name in offered)
        reply = next((reply for reply in replies if reply.code != _MECHANISM_UNKNOWN), None)
        if reply is None:
            known = ", ".join(name for name, _ in mechanisms)
            raise NotOffered(f"The server offers no way to log in that is known here ({known})")
        self._require(Phase.AUTH, reply, 235)
        self._watch(Done(Step.AUTH, str(reply)))

    def _mechanisms(self, credential: Credential) -> tuple[tuple[str, Attempt], ...]:
        match credential:
            case Password():
                return ("PLAIN", self._plain), ("LOGIN", self._login)
            case AccessToken():
                return (("XOAUTH2", self._xoauth2),)

    # Not smtplib's AUTH: it cannot send a password that is not ASCII, and then raises an error that carries it.

    def _plain(self, username: str, password: str) -> Reply:
        response = _base64(f"\0{username}\0{password}")
        reply = self._secretly(f"AUTH PLAIN {response}")
        return self._secretly(response) if _wants_more(reply) else reply

    def _login(self, username: str, password: str) -> Reply:
        reply = self._secretly("AUTH LOGIN")
        for answer in (username, password):
            if not _wants_more(reply):
                break
            reply = self._secretly(_base64(answer))
        return reply

    def _xoauth2(self, username: str, token: str) -> Reply:
        """https://developers.google.com/workspace/gmail/imap/xoauth2-protocol, a copy read on 2026-11-20."""
        reply = self._secretly("AUTH XOAUTH2 " + _base64(f"user={username}\x01auth=Bearer {token}\x01\x01"))
        # A refusal comes as a challenge that says why in JSON; its code comes once that was answered.
        return self._secretly("") if _wants_more(reply) else reply

    def _secretly(self, command: str) -> Reply:
        return self._conversation.ask(command, self._limit(Phase.AUTH), secret=True)

    def _limit(self, phase: Phase) -> Deadline:
        self._phase = phase
        return self._deadline.within(self._limits[phase])

    def _require(self, phase: Phase, reply: Reply, code: int) -> None:
        if reply.code == code:
            return
        reply_class = classify(reply, phase)
        if reply_class is ReplyClass.ACCEPTED:
            reply_class = ReplyClass.INFRASTRUCTURE
        raise SessionFailed(Verdict(reply_class, phase, str(reply), reply))


def _wants_more(reply: Reply) -> bool:
    return reply.code == 334  # noqa: PLR2004 (RFC 4954's own number)


def _base64(text: str) -> str:
    # An encoding error would carry the password.
    return base64.b64encode(text.encode(errors="surrogatepass")).decode()
