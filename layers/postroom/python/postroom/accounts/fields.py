"""The types of an account's fields in JSON."""

import ipaddress
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from postroom.accounts.model import ConnectionType, CredentialKind, Pipelining, QuotaUnit, QuotaWindow
from postroom.web.fields import TEXT_PATTERN, AsText, HeaderText, described

MASK = "********"
"""What an answer shows in the place of a password."""

_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*\.?")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")
"""What no name ends with (RFC 3696, section 2): the system would take such a one for an address."""

_OTHER_NAMES = {"smtp": ConnectionType.SMTP, "custom": ConnectionType.SMTP}


def _host(text: str) -> str:
    if _is_name(text) or _is_address(text):
        return text
    raise PydanticCustomError("host", "must be a host name or an IP address, without a scheme or a port")


def _is_name(text: str) -> bool:
    return HOST.fullmatch(text) is not None and _NUMBER.fullmatch(text.rstrip(".").rpartition(".")[2]) is None


def _is_address(text: str) -> bool:
    """One with a zone (RFC 4007) is of no use on another machine."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def connection_type_of(value: Any) -> Any:  # noqa: ANN401 - what the caller sent
    """Another name for a type is that type; anything else is what it was."""
    return _OTHER_NAMES.get(value, value) if isinstance(value, str) else value


def _password(text: str) -> str:
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise PydanticCustomError("password", "must not contain NUL or broken Unicode")
    return text


Host = Annotated[
    str,
    AfterValidator(_host),
    described(pattern=r"^[A-Za-z0-9_.:-]+$", maxLength=254, examples=["smtp.example.com"]),
]
Password = Annotated[
    str, Field(min_length=1, max_length=1024), AfterValidator(_password), described(pattern=TEXT_PATTERN)
]
SenderName = Annotated[HeaderText, Field(max_length=200)]
Username = Annotated[HeaderText, Field(min_length=1, max_length=320)]
DailyLimit = Annotated[int, Field(ge=0, le=1_000_000)]
MinWaitTime = Annotated[float, Field(ge=0, le=3600, description="Seconds between two mails of this account.")]
Port = Annotated[int, Field(ge=1, le=65535)]
Connection = Annotated[
    ConnectionType,
    AsText,
    BeforeValidator(connection_type_of),
    WithJsonSchema({"type": "string", "enum": [*ConnectionType, *_OTHER_NAMES]}),
]
Window = Annotated[QuotaWindow, AsText]
MaxConnections = Annotated[int, Field(ge=1, le=100, description="Connections to its server at the same time.")]
PipeliningSwitch = Annotated[Pipelining, AsText]
Unit = Annotated[QuotaUnit, AsText]
HighShare = Annotated[int, Field(ge=0, le=100, description="Percentage of the limit kept for mail of high priority.")]
Credential = Annotated[CredentialKind, AsText]
OwnersStatus = Literal["active", "inactive", "pending"]
