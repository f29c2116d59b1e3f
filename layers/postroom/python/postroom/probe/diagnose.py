"""Why a step failed: from the server's reply, from what broke, or from a second look, without credentials."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from postroom.delivery.deadline import Deadline
from postroom.delivery.model import ReplyClass, Security, Server, SessionFailed
from postroom.delivery.smtp.watch import Certificate, Done, Step
from postroom.oauth2.refusals import ConsentMissing, ServerWithoutOAuth2, TokenUnavailable
from postroom.probe.advice import advice_for
from postroom.probe.faults import cause_of_fault, evidence
from postroom.probe.model import Cause, Finding
from postroom.probe.refusals import cause_of_reply
from postroom.probe.way import Way

_AUTH_TRIED = re.compile(r"C: AUTH ([A-Z0-9-]+)")
_AUTH_OFFERED = re.compile(r"S: 250 AUTH\b")
_PERHAPS_NO_TLS = frozenset({Cause.TLS_FAILED, Cause.SERVER_SILENT})
"""How a port that begins without TLS looks to who begins with it."""

_PERHAPS_TLS = frozenset({Cause.SERVER_SILENT, Cause.CONNECTION_LOST, Cause.NOT_SMTP})
"""How a port that wants TLS from the first byte looks to who waits for its greeting."""

_WORTH_SHOWING = frozenset({Cause.CERTIFICATE_NAME, Cause.CERTIFICATE_EXPIRED})
_BETWEEN_SERVERS = 25
_NO_TOKEN: Mapping[type[SessionFailed], Cause] = {
    ConsentMissing: Cause.CONSENT_MISSING,
    TokenUnavailable: Cause.TOKEN_UNAVAILABLE,
    ServerWithoutOAuth2: Cause.SERVER_WITHOUT_OAUTH2,
}


@dataclass(frozen=True, slots=True)
class _Sight:
    """What was reached by a second look, and what ended it."""

    seen: Mapping[Step, Done]
    ended_by: str


@dataclass(frozen=True)
class Diagnose:
    way: Way

    def __call__(self, server: Server, step: Step, failure: SessionFailed, deadline: Deadline) -> Finding:
        cause = _at_first_sight(server, step, failure)
        if step is Step.TLS and server.security is Security.IMPLICIT and cause in _PERHAPS_NO_TLS:
            cause = self._without_tls(server, deadline) or cause
        if step is Step.GREETING and server.security is not Security.IMPLICIT and cause in _PERHAPS_TLS:
            cause = self._with_tls(server, deadline) or cause
        certificate = self._certificate(server, deadline) if cause in _WORTH_SHOWING else None
        return Finding(failure.verdict.words, advice_for(cause, server), certificate)

    def _without_tls(self, server: Server, deadline: Deadline) -> Cause | None:
        seen = self._look(server, Security.PLAIN, deadline).seen
        if Step.GREETING not in seen:
            return None
        has_no_starttls = Step.EHLO in seen and "starttls" not in seen[Step.EHLO].features
        return Cause.TLS_ON_PLAIN_PORT if has_no_starttls else Cause.TLS_ON_STARTTLS_PORT

    def _with_tls(self, server: Server, deadline: Deadline) -> Cause | None:
        sight = self._look(server, Security.IMPLICIT, deadline)
        is_tls = Step.TLS in sight.seen or "X509" in sight.ended_by
        return Cause.STARTTLS_ON_TLS_PORT if is_tls else None

    def _certificate(self, server: Server, deadline: Deadline) -> Certificate | None:
        shown = self._look(server, server.security, deadline).seen.get(Step.TLS)
        return shown.protection.certificate if shown and shown.protection else None

    def _look(self, server: Server, security: Security, deadline: Deadline) -> _Sight:
        seen: dict[Step, Done] = {}

        def remember(done: Done) -> None:
            seen[done.step] = done

        try:
            self.way.look(server, security, deadline, remember)
        except SessionFailed as failure:
            return _Sight(seen, evidence(failure.__cause__))
        return _Sight(seen, "")


def _at_first_sight(server: Server, step: Step, failure: SessionFailed) -> Cause:
    reply = failure.verdict.reply
    if reply is not None:
        return cause_of_reply(reply, step, server.host, _mechanism(failure))
    if failure.verdict.reply_class is ReplyClass.AUTH or type(failure) in _NO_TOKEN:
        return _NO_TOKEN.get(type(failure), Cause.CREDENTIALS_MISSING)
    if failure.__cause__ is None:
        return Cause.UNENCRYPTED
    cause = cause_of_fault(step, evidence(failure.__cause__))
    if cause is Cause.CONNECTION_TIMEOUT and server.port == _BETWEEN_SERVERS:
        return Cause.PORT_25_BLOCKED
    if cause is Cause.MECHANISM_MISSING and not _offers_login(failure):
        return Cause.LOGIN_MISSING
    return cause


def _mechanism(failure: SessionFailed) -> str:
    tried = [match[1] for line in failure.transcript if (match := _AUTH_TRIED.match(line))]
    return tried[-1] if tried else ""


def _offers_login(failure: SessionFailed) -> bool:
    return any(_AUTH_OFFERED.match(line) for line in failure.transcript)
