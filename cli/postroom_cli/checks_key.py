"""Whether the key is valid, and what it may do, as the API says."""

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from postroom_cli.checks import Point, ok, wrong
from postroom_cli.client import Client
from postroom_cli.document import Document
from postroom_cli.errors import CliError, Refused
from postroom_cli.paths import at
from postroom_cli.settings import KEY


class Rights(StrEnum):
    ADMIN = "admin"
    OPERATOR = "operator"
    VIEWER = "viewer"
    PLATFORM = "platform"
    NONE = "none"
    """That is, none that is known here."""


@dataclass(frozen=True, slots=True)
class KeyCheck:
    rights: Rights
    points: list[Point]


def check_key(api: Client) -> KeyCheck:
    try:
        me = _me(api)
    except CliError as error:
        return KeyCheck(Rights.NONE, [_not_valid(error)])
    role = me.text("role")
    rights = next((known for known in Rights if known == role), Rights.NONE)
    return KeyCheck(rights, [ok("The key", f"is valid: {role}{_whose(me)}")])


def _me(api: Client) -> Document:
    try:
        return api.get(at("me"))
    except Refused as refused:
        # The platform's keys may ask nothing that a tenant's may.
        if refused.http_status != HTTPStatus.FORBIDDEN:
            raise
        return api.get(at("platform", "me"))


def _not_valid(error: CliError) -> Point:
    if isinstance(error, Refused) and error.http_status == HTTPStatus.UNAUTHORIZED:
        remedy = f"It was revoked, or is of another deployment. Put a valid one into {KEY}."
        return wrong("The key", "is not valid here", remedy)
    return wrong("The key", error.message, error.remedy)


def _whose(me: Document) -> str:
    if not me.text("tenant_id"):
        return ""
    name = f" ({me.text('tenant_name')})" if me.text("tenant_name") else ""
    return f" of the tenant {me.text('tenant_id')}{name}"
