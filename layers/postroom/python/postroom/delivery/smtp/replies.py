"""What a server's reply means: one table, the first line that fits decides.

Lines for known replies stand before lines for the subject of the enhanced code (RFC 3463: the middle number), those
before lines for bare texts, and those before the first digit. A recipient is blamed, and later suppressed, only where
the reply leaves no doubt; a quota or a rate is never held against a recipient.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from postroom.delivery.model import Phase, Reply, ReplyClass

_BEFORE_MAIL = frozenset({Phase.CONNECT, Phase.GREETING, Phase.EHLO, Phase.STARTTLS})
_AUTH = frozenset({Phase.AUTH})
_RCPT = frozenset({Phase.RCPT})
_NAMED = frozenset({Phase.RCPT, Phase.DATA, Phase.BODY, Phase.FINAL_DOT})
_ANY = frozenset(Phase)

_DONE = 2
_REFUSALS = frozenset({4, 5})
"""RFC 5321, section 4.2.1."""

_SOURCES: Mapping[str, str] = {
    "RFC 3207": "https://www.rfc-editor.org/rfc/rfc3207#section-4",
    "RFC 3463": "https://www.rfc-editor.org/rfc/rfc3463#section-3",
    "RFC 4954": "https://www.rfc-editor.org/rfc/rfc4954#section-6",
    "RFC 5248": "https://www.rfc-editor.org/rfc/rfc5248",
    "RFC 5321": "https://www.rfc-editor.org/rfc/rfc5321#section-4.2",
    "RFC 6647": "https://www.rfc-editor.org/rfc/rfc6647#section-2",
    "Gmail": "https://support.google.com/a/answer/3726730",
    "Gmail relay": "https://support.google.com/a/answer/6140680",
    "Microsoft NDR": "https://learn.microsoft.com/troubleshoot/exchange/email-delivery/ndr/"
    "non-delivery-reports-in-exchange-online",
    "Microsoft SMTP": "https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements",
    "Microsoft throttle": "https://learn.microsoft.com/exchange/mail-flow-best-practices/"
    "continuous-error-throttling-smtp-auth-submissions",
    "Microsoft AUTH": "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/"
    "authenticated-client-smtp-submission",
    "Yahoo": "https://senders.yahooinc.com/smtp-error-codes/",
    "Zoho": "https://www.zoho.com/mail/help/usage-policy.html",
    "ZeptoMail": "https://www.zoho.com/zeptomail/help/api/smtp-error-codes.html",
    "SES": "https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html",
    "SES quota": "https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html",
    "Postfix": "https://www.postfix.org/postconf.5.html",
    "Postfix policy": "https://www.postfix.org/SMTPD_POLICY_README.html",
    "cPanel": "https://docs.cpanel.net/whm/server-configuration/tweak-settings/",
    "Emailit": "https://emailit.com/docs/smtp/troubleshooting/",
}


@dataclass(frozen=True)
class Rule:
    """Fits a reply whose code begins with ``code``, in one of ``phases``, and whose text contains ``text``.

    ``enhanced`` is a whole enhanced code, or only its subject (``"7"``), or ``"none"``: the reply must not have one.
    """

    code: str
    enhanced: str
    text: str
    phases: frozenset[Phase]
    reply_class: ReplyClass
    source: str

    @property
    def reference(self) -> str:
        return _SOURCES[self.source]

    def fits(self, reply: Reply, phase: Phase) -> bool:
        return (
            str(reply.code).startswith(self.code)
            and phase in self.phases
            and self._fits_enhanced(reply.enhanced)
            and (not self.text or self._pattern.search(reply.text) is not None)
        )

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self.text, re.IGNORECASE)

    def _fits_enhanced(self, enhanced: str | None) -> bool:
        if not self.enhanced:
            return True
        if enhanced is None:
            return self.enhanced == "none"
        return self.enhanced in {enhanced, enhanced.split(".")[1]}


_RECIPIENT = ReplyClass.RECIPIENT
_BUSY = ReplyClass.BUSY
_QUOTA = ReplyClass.QUOTA
_RATE = ReplyClass.RATE
_LOGIN = ReplyClass.AUTH
_POLICY = ReplyClass.POLICY
_INFRA = ReplyClass.INFRASTRUCTURE

# ruff: disable[E501]
# fmt: off
RULES: tuple[Rule, ...] = (
    # The account has used up what it may send.
    Rule("5", "5.4.5", "", _ANY, _QUOTA, "Gmail"),
    Rule("4", "4.4.5", "daily .*(limit|quota)", _ANY, _QUOTA, "Gmail relay"),
    Rule("5", "", r"SubmissionQuotaExceeded", _ANY, _QUOTA, "Microsoft SMTP"),
    Rule("5", "", r"STOREDRV\.Submission.*QuotaExceeded", _ANY, _QUOTA, "Microsoft SMTP"),
    Rule("5", "5.7.232", "", _ANY, _QUOTA, "Microsoft NDR"),
    Rule("5", "5.7.233", "", _ANY, _QUOTA, "Microsoft NDR"),
    Rule("4", "", r"Daily message quota exceeded", _ANY, _QUOTA, "SES quota"),
    Rule("5", "5.4.6", r"unusual sending activity", _ANY, _QUOTA, "Zoho"),
    Rule("", "", r"max(imum)? (e-?mails|messages|defers and failures) per (hour|day)", _ANY, _QUOTA, "cPanel"),
    Rule("", "", r"\b(daily|hourly|24[- ]hours?)\b.{0,60}\b(limit|quota)\b", _ANY, _QUOTA, "Gmail"),
    Rule("", "", r"^(?!.*\b(size|\d+ ?[KMG]B)\b).*\b(sending|message|sender|submission) (limit|quota)\b.{0,40}\b(exceeded|reached)\b", _ANY, _QUOTA, "Zoho"),
    Rule("", "", r"^(?!.*\b(size|\d+ ?[KMG]B)\b).*\bexceeded\b.{0,40}\b(sending|message|sender|submission) (limit|quota)\b", _ANY, _QUOTA, "Yahoo"),
    Rule("452", "4.5.3", "", _ANY, _QUOTA, "Gmail"),
    Rule("552", "", r"too many recipients", _RCPT, _QUOTA, "RFC 5321"),
    Rule("452", "none", r"\b(quota|limit)\b", _ANY - _RCPT, _QUOTA, "RFC 5321"),
    Rule("55", "", r"\btoo many (messages|mails|emails)\b.{0,40}\b(today|day|hour)\b", _ANY, _QUOTA, "cPanel"),

    # The account sends too fast, or over too many connections.
    Rule("4", "4.7.28", "", _ANY, _RATE, "Gmail"),
    Rule("5", "5.7.28", "", _ANY, _RATE, "Gmail"),
    Rule("450", "4.2.1", "", _ANY, _RATE, "Gmail"),
    Rule("421", "", r"unusual rate of unsolicited mail", _ANY, _RATE, "Gmail"),
    Rule("454", "", r"too many log-?ins?\b", _ANY, _RATE, "Gmail"),
    Rule("432", "4.3.2", "", _ANY, _RATE, "Microsoft SMTP"),
    Rule("4", "", r"(sender|recipient) thread limit exceeded", _ANY, _RATE, "Microsoft SMTP"),
    Rule("4", "", r"concurrent connections? limit exceeded", _ANY, _RATE, "Microsoft SMTP"),
    Rule("5", "5.2.251", "", _ANY, _RATE, "Microsoft throttle"),
    Rule("5", "5.2.252", "", _ANY, _RATE, "Microsoft throttle"),
    Rule("5", "5.2.253", "", _ANY, _RATE, "Microsoft throttle"),
    Rule("5", "5.2.254", "", _ANY, _RATE, "Microsoft throttle"),
    Rule("5", "5.2.255", "", _ANY, _RATE, "Microsoft throttle"),
    Rule("4", "4.7.500", "", _ANY, _RATE, "Microsoft NDR"),
    Rule("4", "", r"\[TSS?\d+\]", _ANY, _RATE, "Yahoo"),
    Rule("421", "", r"temporarily deferred", _ANY, _RATE, "Yahoo"),
    Rule("", "", r"receiving (e-?)?mail (too quickly|at a rate)", _ANY, _RATE, "Gmail"),
    Rule("421", "", r"max(imum)? messages? per connection", _ANY, _RATE, "Yahoo"),
    Rule("4", "", r"Maximum sending rate exceeded", _ANY, _RATE, "SES quota"),
    Rule("421", "", r"too many (concurrent )?(SMTP )?connections", _ANY, _RATE, "SES"),
    Rule("4", "", r"Error: too (many|much) (connections|mail|messages|recipients|new TLS sessions|AUTH commands) from", _ANY, _RATE, "Postfix"),
    Rule("4", "4.4.5", r"limit exceeded", _ANY, _RATE, "Emailit"),
    Rule("4", "", r"\b(rate limit(ed)?|throttl\w*)\b", _ANY, _RATE, "SES quota"),

    # The server goes away.
    Rule("421", "", "", _ANY, _INFRA, "RFC 5321"),

    # The account may not log in, or may not send at all until its owner has done something about it.
    Rule("454", "", "", _AUTH, _INFRA, "RFC 4954"),
    Rule("454", "4.7.0", "", _ANY, _INFRA, "Gmail"),
    Rule("454", "", "TLS not available", _ANY, _INFRA, "RFC 3207"),
    Rule("432", "4.7.12", "", _ANY, _LOGIN, "RFC 4954"),
    Rule("4", "", "", _AUTH, _INFRA, "RFC 4954"),
    Rule("535", "5.7.139", "", _ANY, _LOGIN, "Microsoft AUTH"),
    Rule("535", "5.7.8", "", _ANY, _LOGIN, "Gmail"),
    Rule("535", "", "", _ANY, _LOGIN, "RFC 4954"),
    Rule("534", "5.7.9", "", _ANY, _LOGIN, "Gmail"),
    Rule("534", "5.7.14", "", _ANY, _LOGIN, "Gmail"),
    Rule("534", "", "", _ANY, _LOGIN, "RFC 4954"),
    Rule("538", "", "", _ANY, _LOGIN, "RFC 4954"),
    Rule("530", "5.7.57", "", _ANY, _LOGIN, "Microsoft AUTH"),
    Rule("530", "", r"STARTTLS", _ANY, _INFRA, "RFC 3207"),
    Rule("530", "", "", _ANY, _LOGIN, "RFC 4954"),
    Rule("503", "", r"\bAUTH|log ?in first", _ANY, _LOGIN, "Postfix"),
    Rule("5", "5.1.8", r"bad outbound sender|access denied", _ANY, _LOGIN, "Microsoft NDR"),
    Rule("5", "5.1.8", r"(sender address|e-?mail outgoing) blocked", _ANY, _LOGIN, "Zoho"),
    Rule("5", "5.7.501", "", _ANY, _LOGIN, "Microsoft NDR"),
    Rule("5", "5.7.502", "", _ANY, _LOGIN, "Microsoft NDR"),
    Rule("5", "5.7.503", "", _ANY, _LOGIN, "Microsoft NDR"),
    Rule("5", "5.7.705", "", _ANY, _LOGIN, "Microsoft NDR"),
    Rule("5", "", "", _AUTH, _LOGIN, "RFC 4954"),

    # No message has been offered yet, so none can be at fault.
    Rule("", "", "", _BEFORE_MAIL, _INFRA, "RFC 5321"),

    # The conversation is out of step; the next one will not be.
    Rule("500", "", "", _ANY, _INFRA, "RFC 5321"),
    Rule("502", "", "", _ANY, _INFRA, "RFC 5321"),
    Rule("503", "", "", _ANY, _INFRA, "RFC 5321"),

    # The recipient is full, or wants to be asked again.
    Rule("5", "5.2.2", "", _NAMED, _BUSY, "RFC 3463"),
    Rule("", "", r"gr[ae]y-?list", _ANY, _BUSY, "RFC 6647"),
    Rule("450", "4.2.0", "", _ANY, _BUSY, "Postfix policy"),
    Rule("451", "4.7.1", "", _ANY, _BUSY, "RFC 6647"),
    Rule("452", "4.2.2", "", _ANY, _BUSY, "Gmail"),

    # There is no such recipient.
    Rule("", "5.2.1", r"subject is mandatory", _ANY, _POLICY, "ZeptoMail"),
    Rule("5", "5.1.1", "", _NAMED, _RECIPIENT, "RFC 3463"),
    Rule("5", "5.1.2", "", _NAMED, _RECIPIENT, "RFC 3463"),
    Rule("5", "5.1.3", "", _NAMED, _RECIPIENT, "RFC 3463"),
    Rule("5", "5.1.6", "", _NAMED, _RECIPIENT, "RFC 3463"),
    Rule("5", "5.1.10", "", _NAMED, _RECIPIENT, "Microsoft NDR"),
    Rule("5", "5.2.1", "", _NAMED, _RECIPIENT, "Gmail"),

    # What the middle number of the enhanced code says.
    Rule("4", "3", "", _ANY, _INFRA, "RFC 3463"),
    Rule("4", "4", "", _RCPT, _BUSY, "RFC 3463"),
    Rule("4", "4", "", _ANY, _INFRA, "RFC 3463"),
    Rule("4", "1", "", _ANY, _BUSY, "RFC 3463"),
    Rule("4", "2", "", _ANY, _BUSY, "RFC 3463"),
    Rule("4", "7", "", _ANY, _BUSY, "RFC 3463"),
    Rule("5", "1", "", _ANY, _POLICY, "RFC 3463"),
    Rule("5", "2", "", _ANY, _POLICY, "RFC 3463"),
    Rule("5", "3", "", _ANY, _POLICY, "RFC 3463"),
    Rule("5", "4", "", _ANY, _POLICY, "RFC 3463"),
    Rule("5", "5", "", _ANY, _POLICY, "RFC 3463"),
    Rule("5", "6", "", _ANY, _POLICY, "RFC 3463"),
    Rule("5", "7", "", _ANY, _POLICY, "RFC 3463"),

    # No enhanced code, but words that can only mean one thing.
    Rule("5", "none", r"request (rejected|failed)", _ANY, _POLICY, "Yahoo"),
    Rule("55", "none", r"(user|recipient|mailbox|address|account)( \S+)? (unknown|not found|does ?n[o']t exist|disabled)", _RCPT, _RECIPIENT, "RFC 5321"),
    Rule("55", "none", r"(no such|unknown|invalid) (user|recipient|mailbox|local user|account)", _RCPT, _RECIPIENT, "RFC 5321"),
    Rule("55", "none", r"does ?n[o']t have an? \S* ?account", _RCPT, _RECIPIENT, "Yahoo"),
    Rule("55", "none", r"mailbox (is )?full|over ?quota", _RCPT, _BUSY, "RFC 5321"),
    Rule("553", "none", r"relaying disallowed", _ANY, _POLICY, "ZeptoMail"),

    # Nothing but the first digit.
    Rule("4", "", "", _ANY, _BUSY, "RFC 5321"),
    Rule("5", "", "", _ANY, _POLICY, "RFC 5321"),
)
# fmt: on
# ruff: enable[E501]


def classify(reply: Reply, phase: Phase) -> ReplyClass:
    """The class of a finished reply; 3xx, which asks for more, is infrastructure where nobody expects it."""
    kind = reply.code // 100
    if kind == _DONE:
        return ReplyClass.ACCEPTED
    if kind not in _REFUSALS:
        return ReplyClass.INFRASTRUCTURE  # Whatever its words: the table tells refusals apart.
    return next((rule.reply_class for rule in RULES if rule.fits(reply, phase)), ReplyClass.INFRASTRUCTURE)
