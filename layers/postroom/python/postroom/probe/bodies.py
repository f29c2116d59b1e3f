"""The JSON of tests. No answer has a password, nor anything that was said to log in."""

from datetime import datetime

from postroom.accounts.model import AccountStatus
from postroom.delivery.smtp.watch import Certificate, Step
from postroom.messages.model import Message, Status
from postroom.probe.model import Cause, Report, StepResult
from postroom.web.body import RequestBody, ResponseBody
from postroom.web.fields import EmailText

_KNOWN = (
    "SIZE",
    "PIPELINING",
    "CHUNKING",
    "8BITMIME",
    "SMTPUTF8",
    "ENHANCEDSTATUSCODES",
    "DSN",
    "BINARYMIME",
    "REQUIRETLS",
)
_LONGEST = 500
_MOST_NAMES = 20


class TestMailBody(RequestBody):
    recipient_email: EmailText


class TestMailAnswer(ResponseBody):
    """As ``POST /v1/messages`` answers."""

    id: str
    status: Status

    @classmethod
    def of(cls, message: Message) -> "TestMailAnswer":
        return cls(id=message.id, status=message.status)


class CertificateAnswer(ResponseBody):
    subject: str
    issuer: str
    names: list[str]
    expires_at: datetime | None

    @classmethod
    def of(cls, certificate: Certificate) -> "CertificateAnswer":
        return cls(
            subject=certificate.subject[:_LONGEST],
            issuer=certificate.issuer[:_LONGEST],
            names=[name[:_LONGEST] for name in certificate.names[:_MOST_NAMES]],
            expires_at=certificate.expires_at,
        )


class StepAnswer(ResponseBody):
    """``ok`` is null for a step that was not tried. ``extensions`` and ``mechanisms`` are those of EHLO."""

    name: Step
    ok: bool | None
    detail: str
    cause: Cause | None
    remedy: str | None
    source: str | None
    milliseconds: int
    protocol: str | None
    certificate: CertificateAnswer | None
    extensions: list[str] | None
    mechanisms: list[str] | None

    @classmethod
    def of(cls, result: StepResult) -> "StepAnswer":
        advice, protection = result.advice, result.protection
        said = result.step is Step.EHLO and result.ok
        return cls(
            name=result.step,
            ok=result.ok,
            detail=result.detail[:_LONGEST],
            cause=advice.cause if advice else None,
            remedy=advice.remedy if advice else None,
            source=advice.source if advice else None,
            milliseconds=result.milliseconds,
            protocol=protection.protocol if protection else None,
            certificate=CertificateAnswer.of(result.certificate) if result.certificate else None,
            extensions=_extensions(result) if said else None,
            mechanisms=result.features.get("auth", "").upper().split() if said else None,
        )


class ReportAnswer(ResponseBody):
    """``tested`` is false when nothing was tried: there was no place among the account's connections, for one."""

    success: bool
    tested: bool
    message: str
    account_id: str
    account_email: str
    account_status: AccountStatus
    steps: list[StepAnswer]

    @classmethod
    def of(cls, report: Report) -> "ReportAnswer":
        return cls(
            success=report.success,
            tested=report.tested,
            message=report.message,
            account_id=report.account.id,
            account_email=report.account.config.email,
            account_status=report.account.config.status,
            steps=[StepAnswer.of(step) for step in report.steps],
        )


def _extensions(result: StepResult) -> list[str]:
    offered = ((name, result.features[name.lower()]) for name in _KNOWN if name.lower() in result.features)
    return [f"{name} {parameters}".strip()[:_LONGEST] for name, parameters in offered]
