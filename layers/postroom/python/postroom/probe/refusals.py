"""What a server's refusal on the way to a session says to the account's owner: the first line that fits decides.

``delivery.smtp.replies`` says what a refusal does to the account; here it is put into words that help. The address with
a line is where its reader finds more. Not every line is from there: copies of Microsoft's on authenticated SMTP and of
Yahoo's on app passwords were read, Apple's under an older address, Gmail's on errors and Microsoft's on basic
authentication only as others tell of them, and that of SES not; their texts are as such servers are known to answer.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from postroom.delivery.model import Reply
from postroom.delivery.smtp.watch import Step
from postroom.probe.model import Cause

_AUTH = frozenset({Step.AUTH})
_BEFORE_TLS = frozenset({Step.STARTTLS})
_ANY = frozenset(Step)

_GMAIL = "https://support.google.com/a/answer/3726730"
_GMAIL_OAUTH = "https://developers.google.com/workspace/gmail/imap/xoauth2-protocol"
_MICROSOFT = (
    "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission"
)
_MICROSOFT_BASIC = (
    "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/"
    "deprecation-of-basic-authentication-exchange-online"
)
_YAHOO_APP = "https://help.yahoo.com/kb/SLN15241.html"
_ICLOUD_APP = "https://support.apple.com/102654"
_SES = "https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html"
_RFC_3207 = "https://www.rfc-editor.org/rfc/rfc3207#section-4"
_RFC_4954 = "https://www.rfc-editor.org/rfc/rfc4954#section-6"
_RFC_5321 = "https://www.rfc-editor.org/rfc/rfc5321#section-4.2"

_TOKENS = r"XOAUTH2|OAUTHBEARER"
_PASSWORDS = r"PLAIN|LOGIN"


@dataclass(frozen=True)
class Refusal:
    """Fits a reply whose code begins with ``code``, to one of ``steps``; the rest only where it is given.

    ``text``, ``host`` and ``mechanism`` are searched for, in what was said, in the server's name, and in the kind of
    AUTH that was tried last.
    """

    steps: frozenset[Step]
    code: str
    enhanced: str
    text: str
    host: str
    mechanism: str
    cause: Cause
    source: str

    def fits(self, reply: Reply, step: Step, host: str, mechanism: str) -> bool:
        return (
            step in self.steps
            and str(reply.code).startswith(self.code)
            and self.enhanced in {"", reply.enhanced or ""}
            and self._said.search(reply.text) is not None
            and self._where.search(host) is not None
            and self._how.search(mechanism) is not None
        )

    @cached_property
    def _said(self) -> re.Pattern[str]:
        return re.compile(self.text, re.IGNORECASE)

    @cached_property
    def _where(self) -> re.Pattern[str]:
        return re.compile(self.host, re.IGNORECASE)

    @cached_property
    def _how(self) -> re.Pattern[str]:
        return re.compile(self.mechanism, re.IGNORECASE)


# ruff: disable[E501]
# fmt: off
REFUSALS: tuple[Refusal, ...] = (
    # Yahoo says "Too many bad auth attempts" (#AUTH005) to the first try with a mailbox's own password.
    Refusal(_AUTH, "535", "", "", r"\.(yahoo|aol)\.com\.?$", _PASSWORDS, Cause.APP_PASSWORD_NEEDED, _YAHOO_APP),
    Refusal(_AUTH, "535", "", "", r"\.mail\.me\.com\.?$", _PASSWORDS, Cause.APP_PASSWORD_NEEDED, _ICLOUD_APP),

    # Too often.
    Refusal(_ANY, "", "", r"too many .{0,20}(log-?ins?|attempts|authentication|bad auth|AUTH commands)", "", "", Cause.TOO_MANY_LOGINS, _GMAIL),
    Refusal(_AUTH, "432", "4.3.2", "", "", "", Cause.TOO_MANY_LOGINS, _MICROSOFT),
    Refusal(_AUTH, "421", "4.7.0", r"^(too many|try again later)", "", "", Cause.TOO_MANY_LOGINS, _GMAIL),

    # Another kind of credentials is wanted.
    Refusal(_AUTH, "53", "", r"InvalidSecondFactor|application-specific password|app(lication)? password", "", "", Cause.APP_PASSWORD_NEEDED, _GMAIL),
    Refusal(_AUTH, "5", "", r"basic authentication is (disabled|not supported)", "", "", Cause.BASIC_LOGIN_DISABLED, _MICROSOFT_BASIC),
    Refusal(_AUTH, "550", "5.7.30", "", "", "", Cause.BASIC_LOGIN_DISABLED, _MICROSOFT_BASIC),
    Refusal(_AUTH, "5", "", r"SmtpClientAuthentication is disabled|smtp_auth_disabled|security defaults", "", "", Cause.SMTP_LOGIN_DISABLED, _MICROSOFT),
    Refusal(_AUTH, "535", "5.7.139", r"did not meet the criteria", "", "", Cause.SMTP_LOGIN_DISABLED, _MICROSOFT),

    # The owner has to do something with the mailbox itself.
    Refusal(_AUTH, "53", "", r"WebLoginRequired|web browser", "", "", Cause.BROWSER_LOGIN_NEEDED, _GMAIL),
    Refusal(_AUTH, "534", "5.7.14", "", "", "", Cause.BROWSER_LOGIN_NEEDED, _GMAIL),
    Refusal(_AUTH, "5", "", r"\b(account|user|mailbox)\b.{0,30}\b(locked|blocked|suspended|disabled)\b", "", "", Cause.ACCOUNT_LOCKED, _GMAIL),
    Refusal(_AUTH, "534", "5.7.9", "", "", "", Cause.APP_PASSWORD_NEEDED, _GMAIL),

    # Just wrong, by what was tried where.
    Refusal(_AUTH, "5", "", "", "", _TOKENS, Cause.TOKEN_REFUSED, _GMAIL_OAUTH),
    Refusal(_AUTH, "334", "", "", "", _TOKENS, Cause.TOKEN_REFUSED, _GMAIL_OAUTH),
    Refusal(_AUTH, "535", "", "", r"^email-smtp\..*\.amazonaws\.com", "", Cause.SMTP_CREDENTIALS_NEEDED, _SES),
    Refusal(_AUTH, "535", "", "", "", "", Cause.WRONG_PASSWORD, _RFC_4954),
    Refusal(_AUTH, "530", "", "", "", "", Cause.SMTP_LOGIN_DISABLED, _MICROSOFT),
    Refusal(_AUTH, "504", "", "", "", "", Cause.MECHANISM_MISSING, _RFC_4954),
    Refusal(_AUTH, "538", "", "", "", "", Cause.MECHANISM_MISSING, _RFC_4954),
    Refusal(_AUTH, "50", "", "", "", "", Cause.LOGIN_MISSING, _RFC_4954),
    Refusal(_AUTH, "4", "", "", "", "", Cause.LOGIN_UNAVAILABLE, _RFC_4954),
    Refusal(_AUTH, "5", "", "", "", "", Cause.WRONG_PASSWORD, _RFC_4954),

    # Before it came to that.
    Refusal(_BEFORE_TLS, "454", "", "", "", "", Cause.STARTTLS_REFUSED, _RFC_3207),
    Refusal(_BEFORE_TLS, "5", "", "", "", "", Cause.STARTTLS_REFUSED, _RFC_3207),
    Refusal(_ANY, "4", "", "", "", "", Cause.SERVER_BUSY, _RFC_5321),
    Refusal(_ANY, "5", "", "", "", "", Cause.SERVER_REFUSES, _RFC_5321),
    Refusal(_ANY, "", "", "", "", "", Cause.NOT_SMTP, _RFC_5321),
)
# fmt: on
# ruff: enable[E501]


def cause_of_reply(reply: Reply, step: Step, host: str, mechanism: str) -> Cause:
    return next((row.cause for row in REFUSALS if row.fits(reply, step, host, mechanism)), Cause.UNKNOWN)
