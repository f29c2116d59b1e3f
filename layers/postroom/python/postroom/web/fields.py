"""Types for the fields of bodies. Each refuses what must never reach a header, an envelope or a clock."""

import re
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, PlainValidator, Strict, WithJsonSchema
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from postroom import locales
from postroom.messages.model import Mailbox

AsText = Strict(strict=False)
"""For an enum in a strict body, which arrives as its text: ``Annotated[Priority, AsText]``."""

# C0 and C1 controls, DEL, the Unicode line separators and lone surrogates.
_UNSAFE_IN_HEADER = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_UNSAFE_IN_TEXT = re.compile("[\x00\ud800-\udfff]")
_HEADER_NAME = re.compile(r"[!-9;-~]{1,76}")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")
# RFC 5322, section 3.4, but a name need not be quoted for its letters: people write them as they are.
_NAMED_MAILBOX = re.compile(r'(?:"((?:[^"\\]|\\.)*)"|([^"<>,;\\]*))\s*<([^<>]+)>')
_ESCAPED = re.compile(r"\\(.)")
_USER_TYPE = re.compile(r"[^\W_]([\w .-]{0,62}[\w.-])?")
_LONGEST_MAILBOX = 600

# What the API document says of them: expressions as ECMA-262 has them, which JSON Schema wants.
_SAFE_LETTERS = r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]"
TEXT_PATTERN = r"^[^\x00]*$"
HEADER_PATTERN = f"^{_SAFE_LETTERS}*$"
NOT_BLANK_HEADER_PATTERN = rf"^{_SAFE_LETTERS}*[^\s\x00-\x1f\x7f-\x9f]{_SAFE_LETTERS}*$"
NOT_BLANK_PATTERN = r"^[^\x00]*[^\s\x00-\x1f\x85][^\x00]*$"
_TIME_PATTERN = (
    r"^(19[7-9]|2[0-9]{2})[0-9]-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"
)

_FIRST_YEAR, _LAST_YEAR = 1970, 2999


def described(**words: Any) -> FieldInfo:  # noqa: ANN401 - words of JSON Schema
    """What the API document says of a type whose validator says it by code."""
    told: FieldInfo = Field(json_schema_extra=words)
    return told


def _refuse(kind: str, message: str) -> PydanticCustomError:
    # The message is given as a value: a brace in it must not be read as a place to fill in.
    return PydanticCustomError(kind, "{reason}", {"reason": message})


def _header_safe(text: str) -> str:
    if _UNSAFE_IN_HEADER.search(text):
        raise _refuse("header_unsafe", "must not contain line breaks or other control characters")
    return text


def safe_text(text: str) -> str:
    """Raises for what no table or mail can hold."""
    if _UNSAFE_IN_TEXT.search(text):
        raise _refuse("text", "must not contain NUL or broken Unicode")
    return text


def _header_name(text: str) -> str:
    if not _HEADER_NAME.fullmatch(text):
        raise _refuse("header_name", "must be a header name: 1 to 76 visible ASCII characters without a colon")
    return text


def _email(text: str) -> str:
    _header_safe(text)
    try:
        # The reserved domain "test" is let through: it can do no harm, and demonstrations need one.
        found = validate_email(text, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError as error:
        raise _refuse("email", str(error)) from error
    return f"{found.local_part}@{found.ascii_domain}"


def _mailbox(value: Any) -> Mailbox:  # noqa: ANN401 - pydantic hands in what the caller sent
    if isinstance(value, Mailbox):
        return value
    if not isinstance(value, str) or len(value) > _LONGEST_MAILBOX:
        raise _refuse("mailbox", "must be text such as ann@example.com or Ann <ann@example.com>")
    named = _NAMED_MAILBOX.fullmatch(_header_safe(value).strip())
    if named is None:
        return Mailbox(_email(value))
    quoted, plain, address = named.groups()
    return Mailbox(_email(address), plain.strip() if quoted is None else _ESCAPED.sub(r"\1", quoted))


@cache
def _timezones() -> frozenset[str]:
    # The pinned tzdata package, not the machine's files: both ends of a deployment must know the same zones.
    return frozenset(files("tzdata").joinpath("zones").read_text("ascii").split())


def _timezone(text: str) -> str:
    if text not in _timezones():
        raise _refuse("timezone", "must be an IANA time zone such as Europe/Berlin")
    return text


def _locale(text: str) -> str:
    tag = locales.canonical(text)
    if tag is None:
        raise _refuse("locale", "must be a language tag such as de, de-AT or zh-Hant-TW")
    return tag


def _user_type(text: str) -> str:
    if not _USER_TYPE.fullmatch(text):
        raise _refuse(
            "user_type",
            "must be 1 to 64 letters, digits, spaces and _ . -, begin with a letter or digit and end without a space",
        )
    return text


def _timestamp_text(value: Any) -> Any:  # noqa: ANN401 - pydantic hands in what the caller sent
    # Pydantic would also take numbers, and text that is a number, for a moment.
    if isinstance(value, str) and not _RFC3339.fullmatch(value):
        raise _refuse("timestamp", "must be a time with its offset, such as 2030-01-31T09:00:00Z")
    if not isinstance(value, str | datetime):
        raise _refuse("timestamp", "must be text such as 2030-01-31T09:00:00Z")
    return value


def _utc(moment: datetime) -> datetime:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise _refuse("timestamp", f"must be between the years {_FIRST_YEAR} and {_LAST_YEAR}")
    return moment.astimezone(UTC)


Text = Annotated[str, AfterValidator(safe_text), described(pattern=TEXT_PATTERN)]
"""With line breaks and whatever else a body may have."""

HeaderText = Annotated[str, AfterValidator(_header_safe), described(pattern=HEADER_PATTERN)]
"""Text that may become the value of a header."""

IdText = Annotated[HeaderText, Field(min_length=1, max_length=200)]
"""What a tenant calls one of its own things by, such as a job."""

WordText = Annotated[HeaderText, Field(min_length=1, max_length=64)]
"""The name of a kind, a status, or a user's id."""

HeaderName = Annotated[str, AfterValidator(_header_name), described(pattern=f"^{_HEADER_NAME.pattern}$")]
"""RFC 5322, section 2.2."""

EmailText = Annotated[str, AfterValidator(_email), WithJsonSchema({"type": "string", "format": "email"})]
"""An address with its domain in ASCII (IDN as punycode). Nothing is looked up.

What stands before the @ may be beyond ASCII (RFC 6531). It is brought into one form (Unicode NFC), since the same
letters may be typed in several.
"""

MAILBOX_SCHEMA = {
    "type": "string",
    "minLength": 3,
    "maxLength": _LONGEST_MAILBOX,
    "pattern": f"^{_SAFE_LETTERS}*@{_SAFE_LETTERS}*$",
    "examples": ["ann@example.com", "Ann <ann@example.com>"],
}

MailboxText = Annotated[
    Mailbox,
    PlainValidator(_mailbox),
    WithJsonSchema(MAILBOX_SCHEMA),
]
"""An address, or a name and an address."""

Timezone = Annotated[
    str,
    AfterValidator(_timezone),
    described(description="A name of the IANA time zone database.", examples=["Europe/Berlin"]),
]

Locale = Annotated[
    str,
    AfterValidator(_locale),
    described(pattern=locales.PATTERN, maxLength=locales.LONGEST, examples=["de-AT"]),
]
"""BCP 47, in its usual case."""

UserType = Annotated[str, AfterValidator(_user_type), described(pattern=f"^{_USER_TYPE.pattern}$")]
"""One for users, for the variants of templates and for who asks for one: they are compared exactly."""

Timestamp = Annotated[
    AwareDatetime,
    AsText,
    BeforeValidator(_timestamp_text),
    AfterValidator(_utc),
    described(pattern=_TIME_PATTERN),
]
"""RFC 3339 with an offset; inside it is UTC."""
