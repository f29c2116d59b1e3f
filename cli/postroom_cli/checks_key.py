"""Whether the key is valid, and what it may do: tried, for want of a route that tells, with what changes nothing."""

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from postroom_cli.checks import Point, ok, wrong
from postroom_cli.client import Client
from postroom_cli.errors import CliError
from postroom_cli.exchange import Call
from postroom_cli.paths import at
from postroom_cli.settings import KEY, ApiKey


class Rights(StrEnum):
    ADMIN = "admin"
    OPERATOR = "operator"
    VIEWER = "viewer"
    PLATFORM = "platform"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class KeyCheck:
    rights: Rights
    points: list[Point]


_NO_SUCH_MESSAGE = "none"
"""An operator's request to cancel it is not found; a viewer's is refused before it is looked for."""


def check_key(api: Client, key: ApiKey) -> KeyCheck:
    try:
        rights = _rights(api)
    except CliError as error:
        return KeyCheck(Rights.NONE, [wrong("The key", error.message, error.remedy)])
    if rights is Rights.NONE:
        remedy = f"It was revoked, or is of another deployment. Put a valid one into {KEY}."
        return KeyCheck(rights, [wrong("The key", "is not valid here", remedy)])
    whose = "" if rights is Rights.PLATFORM or not key.tenant_id else f" of the tenant {key.tenant_id}"
    return KeyCheck(rights, [ok("The key", f"is valid: {rights}{whose}")])


def _rights(api: Client) -> Rights:
    if _status(api, Call("GET", at("tenants"), {"limit": 1})) == HTTPStatus.OK:
        return Rights.PLATFORM
    if _status(api, Call("GET", at("accounts"), {"limit": 1})) != HTTPStatus.OK:
        return Rights.NONE
    if _status(api, Call("GET", at("keys"), {"limit": 1})) == HTTPStatus.OK:
        return Rights.ADMIN
    cancel = Call("POST", at("messages", _NO_SUCH_MESSAGE, "cancel"), body={}, harmless_twice=True)
    return Rights.OPERATOR if _status(api, cancel) == HTTPStatus.NOT_FOUND else Rights.VIEWER


def _status(api: Client, call: Call) -> int:
    """Raises CliError for what says nothing about rights."""
    answer = api.answer(call)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise CliError(f"{call.method} {call.path} was answered with {answer.status}", "Try again later.")
    return answer.status
