"""The providers' own figures and what their users have to know, each with where it was read.

What was read are copies that others have stored, of unknown age, not the pages as they are today. Where a provider does
not say whether its day is a calendar day, the rolling window is taken: who keeps to that keeps to the other as well.
"""

from datetime import date, timedelta
from functools import lru_cache

from postroom.accounts.model import AccountConfig, ConnectionType, CredentialKind, QuotaUnit, QuotaWindow
from postroom.accounts.presets import REGION, Daily, Figure, Pace, Preset, Source, Tls

READ_ON = date(2026, 11, 20)

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_MIB = 1024 * 1024
_SUBMISSION = {587: Tls.STARTTLS, 465: Tls.IMPLICIT}


def _read(url: str, note: str = "") -> Source:
    return Source(url, note, READ_ON)


def _not_read(url: str, note: str) -> Source:
    """``note`` says where the figure is from instead."""
    return Source(url, f"not read; {note}")


_GOOGLE = _read("https://support.google.com/a/answer/166852")
_GMAIL = _not_read(
    "https://support.google.com/mail/answer/22839",
    "a wiki quotes 500 mails a day and 500 recipients of one, articles say 500 recipients a day: counting recipients "
    "keeps to both. The window is that of answer 166852",
)
_WORKSPACE = _read(
    "https://support.google.com/a/answer/166852",
    "2,000 messages; universities quote further limits from the page, 2,000 different external recipients the lowest: "
    "counting recipients against that keeps to all",
)
_GOOGLE_SIZE = _not_read(
    "https://support.google.com/mail/answer/6584",
    "what smtp.gmail.com announces in transcripts of others, SIZE 35882577; articles say 25 MB of attachments",
)
_OUTLOOK = _read(
    "https://support.microsoft.com/office/sending-limits-in-outlook-com-279ee200-594c-40f0-9ec8-bb6af7735c2e",
    "of Microsoft 365 subscribers, 1,000 of them to people never written to before; less without a subscription; the "
    "window is not said",
)
_EXCHANGE_DAY = _read(
    "https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements",
    "it says a day; any 24 hours is what an earlier text of Microsoft's and universities say",
)
_EXCHANGE = _read("https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements")
_MICROSOFT_RECIPIENTS = _not_read(
    "https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits",
    "what universities say of it; an administrator may allow a mailbox up to 1,000",
)
_MICROSOFT_SIZE = _not_read(
    "https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits",
    "what universities and a reseller say of it: 35 MB, or what an administrator allows up to that",
)
_YAHOO = _read("https://help.yahoo.com/kb/SLN17518.html", "written for Yahoo's business mail; the window is not said")
_ZOHO = _read(
    "https://www.zoho.com/mail/help/adminconsole/rates-and-limits.html",
    "50 to 500 an hour by reputation, in any hour; the highest is taken, and what is less is learned",
)
_ZOHO_RECIPIENTS = _read(
    "https://www.zoho.com/mail/help/adminconsole/rates-and-limits.html", "150 for paid accounts, 100 for free ones"
)
_SES = _read(
    "https://docs.aws.amazon.com/ses/latest/dg/quotas.html",
    "the sandbox has 200 recipients in 24 hours and 1 a second; outside of it each AWS account has its own",
)
_SES_RECIPIENTS = _not_read(
    "https://docs.aws.amazon.com/ses/latest/dg/quotas.html",
    "the part that was read ends before it; the reference of SendRawEmail says 50 of To, Cc and Bcc together",
)
_SES_SIZE = _read("https://docs.aws.amazon.com/ses/latest/dg/quotas.html", "after encoding")

_GOOGLE_LOGIN = (
    "Google takes no account password here: use an app password, which needs 2-Step Verification "
    "(https://support.google.com/accounts/answer/185833), or OAuth2."
)
_GOOGLE_REVOKES = "A change of the Google password revokes its app passwords."
_MICROSOFT_LOGIN = (
    "Prefer OAuth2: at the end of December 2026 Microsoft turns passwords for SMTP off by default in existing "
    "organisations, where an administrator can turn them on again; later ones do not have them, and in the second half "
    "of 2027 Microsoft names the day on which they end (its announcement of 27 January 2026, MC786329)."
)
_MICROSOFT_SWITCH = (
    "Authenticated SMTP has to be on for the mailbox; it is off in organisations made after January 2020, and it does "
    "not go together with Microsoft's security defaults."
)
_YAHOO_LOGIN = "Yahoo takes no account password here: make an app password under Account Security."
_SES_CREDENTIALS = (
    "SES has SMTP credentials of its own, for one region each: an access key and its secret do not work "
    "(https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html)."
)
_SES_SANDBOX = (
    "In the sandbox SES sends to 200 recipients in 24 hours, one a second, and only to verified addresses; set "
    "daily_limit and min_wait_time to what your AWS account has."
)
# zoho.uk was found nowhere in print, zoho.ae in a program only.
_ZOHO_REGIONS = (
    *("zoho.com", "zoho.eu", "zoho.in", "zoho.com.au", "zoho.jp"),
    *("zoho.com.cn", "zoho.sa", "zoho.ae", "zoho.uk", "zohocloud.ca"),
)
_ZOHO_ADVICE = (
    "Take the server of your account's region; another one refuses the log-in.",
    "With two-factor authentication, make an application-specific password.",
    "Zoho forbids bulk mail, and may close an account that sends it.",
)

PRESETS: tuple[Preset, ...] = (
    Preset(
        id="gmail",
        name="Gmail",
        connection_type=ConnectionType.GMAIL,
        domains=r"gmail\.com|googlemail\.com",
        hosts=("smtp.gmail.com",),
        ports=_SUBMISSION,
        signs_in_with=(CredentialKind.OAUTH2, CredentialKind.PASSWORD),
        daily=Daily(500, QuotaUnit.RECIPIENTS, QuotaWindow.ROLLING_24H, _GMAIL),
        recipients=Figure(100, _GOOGLE),
        message_bytes=Figure(35_882_577, _GOOGLE_SIZE),
        advice=(_GOOGLE_LOGIN, _GOOGLE_REVOKES),
    ),
    Preset(
        id="google_workspace",
        name="Google Workspace",
        connection_type=ConnectionType.GMAIL,
        hosts=("smtp.gmail.com",),
        ports=_SUBMISSION,
        signs_in_with=(CredentialKind.OAUTH2, CredentialKind.PASSWORD),
        daily=Daily(2_000, QuotaUnit.RECIPIENTS, QuotaWindow.ROLLING_24H, _WORKSPACE),
        recipients=Figure(100, _GOOGLE),
        message_bytes=Figure(35_882_577, _GOOGLE_SIZE),
        advice=(
            _GOOGLE_LOGIN,
            _GOOGLE_REVOKES,
            "There may be no app passwords: they need 2-Step Verification, which the administrator allows or not.",
            "A trial account is held to 500 a day until it has been paid for a while.",
        ),
    ),
    Preset(
        id="outlook",
        name="Outlook.com",
        connection_type=ConnectionType.OUTLOOK,
        domains=r"(outlook|hotmail|live|windowslive)\.(com|[a-z]{2}|com?\.[a-z]{2})|msn\.com|passport\.com",
        hosts=("smtp-mail.outlook.com", "smtp.office365.com"),
        ports={587: Tls.STARTTLS},
        signs_in_with=(CredentialKind.OAUTH2,),
        daily=Daily(5_000, QuotaUnit.RECIPIENTS, QuotaWindow.ROLLING_24H, _OUTLOOK),
        recipients=Figure(500, _OUTLOOK),
        advice=(
            "Use OAuth2: Microsoft has refused passwords, app passwords too, since 16 September 2024.",
            "A new account starts with a far lower limit, sometimes a few mails a day, that grows with use.",
        ),
    ),
    Preset(
        id="microsoft_365",
        name="Microsoft 365",
        connection_type=ConnectionType.OUTLOOK,
        hosts=("smtp.office365.com",),
        ports={587: Tls.STARTTLS},
        signs_in_with=(CredentialKind.OAUTH2, CredentialKind.PASSWORD),
        daily=Daily(10_000, QuotaUnit.RECIPIENTS, QuotaWindow.ROLLING_24H, _EXCHANGE_DAY),
        pace=Pace(30, _MINUTE, _EXCHANGE),
        recipients=Figure(500, _MICROSOFT_RECIPIENTS),
        connections=Figure(3, _EXCHANGE),
        message_bytes=Figure(150 * _MIB, _MICROSOFT_SIZE),
        advice=(_MICROSOFT_LOGIN, _MICROSOFT_SWITCH),
    ),
    Preset(
        id="yahoo",
        name="Yahoo",
        connection_type=ConnectionType.YAHOO,
        hosts=("smtp.mail.yahoo.com",),
        ports={465: Tls.IMPLICIT, 587: Tls.STARTTLS},
        daily=Daily(500, QuotaUnit.RECIPIENTS, QuotaWindow.ROLLING_24H, _YAHOO),
        recipients=Figure(100, _YAHOO),
        advice=(_YAHOO_LOGIN,),
    ),
    Preset(
        id="yahoo_japan",
        name="Yahoo! JAPAN",
        connection_type=ConnectionType.YAHOO,
        domains=r"yahoo\.(co|ne)\.jp|ybb\.ne\.jp",
        hosts=("smtp.mail.yahoo.co.jp",),
        # Port 587 is in use as well, in clear.
        ports={465: Tls.IMPLICIT},
        username_is_email=False,
        advice=(
            "Yahoo! JAPAN has its own server: allow SMTP in its mail settings first.",
            "Give smtp_username: the Yahoo! JAPAN ID, which is the part of the address before the @, or the address.",
        ),
    ),
    Preset(
        id="zoho",
        name="Zoho Mail",
        connection_type=ConnectionType.ZOHO,
        domains=r"zoho(mail|mailcloud)?\.(com|eu|in|jp|sa|ae|uk|ca|com\.au|com\.cn)",
        hosts=tuple(f"smtp.{region}" for region in _ZOHO_REGIONS),
        ports={465: Tls.IMPLICIT, 587: Tls.STARTTLS},
        daily=Daily(12_000, QuotaUnit.MESSAGES, QuotaWindow.ROLLING_24H, _ZOHO),
        pace=Pace(500, _HOUR, _ZOHO),
        recipients=Figure(100, _ZOHO_RECIPIENTS),
        advice=_ZOHO_ADVICE,
    ),
    Preset(
        id="zoho_organisation",
        name="Zoho Mail for organisations",
        connection_type=ConnectionType.ZOHO,
        hosts=tuple(f"{name}.{region}" for name in ("smtppro", "smtp") for region in _ZOHO_REGIONS),
        ports={465: Tls.IMPLICIT, 587: Tls.STARTTLS},
        daily=Daily(12_000, QuotaUnit.MESSAGES, QuotaWindow.ROLLING_24H, _ZOHO),
        pace=Pace(500, _HOUR, _ZOHO),
        recipients=Figure(150, _ZOHO_RECIPIENTS),
        advice=(
            *_ZOHO_ADVICE,
            "An organisation on the free plan has smtp.zoho instead of smtppro.zoho, if it may use SMTP at all.",
        ),
    ),
    Preset(
        id="ses",
        name="Amazon SES",
        connection_type=ConnectionType.SES,
        hosts=(f"email-smtp.{REGION}.amazonaws.com", f"email-smtp-fips.{REGION}.amazonaws.com"),
        ports={587: Tls.STARTTLS, 465: Tls.IMPLICIT, 2587: Tls.STARTTLS, 2465: Tls.IMPLICIT},
        username_is_email=False,
        daily=Daily(None, QuotaUnit.RECIPIENTS, QuotaWindow.ROLLING_24H, _SES),
        recipients=Figure(50, _SES_RECIPIENTS),
        message_bytes=Figure(40 * _MIB, _SES_SIZE),
        advice=(_SES_CREDENTIALS, _SES_SANDBOX),
    ),
    Preset(
        id="custom",
        name="Another server",
        connection_type=ConnectionType.SMTP,
        advice=("Ask its operator for the daily limit, the pace and the number of connections.",),
    ),
)


def host_needed(connection_type: ConnectionType) -> str | None:
    """What is to be said to who gives no host; None: the provider has one for all."""
    preset = next(preset for preset in PRESETS if preset.connection_type is connection_type)
    if preset.usual_host:
        return None
    return f"is needed, such as {preset.hosts[0]}" if preset.hosts else "Field required"


def preset_for(connection_type: ConnectionType, mailbox: str) -> Preset:
    return _preset_for(connection_type, mailbox.rpartition("@")[2].lower())


def preset_of(config: AccountConfig) -> Preset:
    return preset_for(config.connection_type, _mailbox(config))


def provider_of(config: AccountConfig) -> Preset:
    """By its server, when an account names no provider."""
    kind = config.connection_type
    return preset_for(_kind_at(config.smtp_host) if kind is ConnectionType.SMTP else kind, _mailbox(config))


def _mailbox(config: AccountConfig) -> str:
    """The one that logs in is what its provider counts for, whatever address it sends as."""
    username = config.smtp_username
    return username if username is not None and "@" in username else config.email


@lru_cache(maxsize=1024)
def _kind_at(host: str) -> ConnectionType:
    return next((preset.connection_type for preset in PRESETS if preset.has_host(host)), ConnectionType.SMTP)


@lru_cache(maxsize=1024)
def _preset_for(connection_type: ConnectionType, domain: str) -> Preset:
    of_type = [preset for preset in PRESETS if preset.connection_type is connection_type]
    fitting = [preset for preset in of_type if preset.domains and preset.is_for(domain)]
    return fitting[0] if fitting else next(preset for preset in of_type if not preset.domains)
