"""What schemathesis is told of us: whose key goes with a request, what it may do, and when a refusal is right.

It is loaded into schemathesis' own process by its name; what it needs to know comes from ``POSTROOM_TRIED``.
"""

import json
import os
import re
from typing import Any
from uuid import uuid4

import schemathesis
from schemathesis import AuthContext, Case, CheckContext, GenerationMode, HookContext, Response

TOLD = json.loads(os.environ["POSTROOM_TRIED"])
"""``keys`` by role; ``things`` that are there, by the name of a parameter; the ``spare`` account."""

ON_THE_SPARE = {"change_account", "delete_account"}
"""What could make an account send by a server that was made up. The spare one never sends."""

MANY_REQUESTS = 1_000_000
"""What a limit is set to: one of a single request would refuse all that come after it."""

BEYOND_A_SCHEMA = {
    "an address is read by its own rules, and its domain may be reserved": (
        "email address|@-sign|domain name|part after the @|part before the @|special-use|such as ann@example.com|"
        "invalid characters when not quoted"
    ),
    "a whole number is written without a fraction, which JSON Schema does not mind": "valid integer",
    "what it names is not there": "There is no|There are no|is not an account|no account with|must be ids of accounts",
    "zones, tags and moments are data": "IANA time zone|must be a day such as|Invalid date|valid datetime|language tag",
    "a moment is compared with the present one": "in the past|send_at|within|too late|in the future|must be later than",
    "a provider has its own servers and limits": (
        "smtp_|must be one of|needed|provider|logs in with|Google|Microsoft|Yahoo|Amazon|Zoho"
    ),
    "a cursor is made by us": "next_cursor of this list",
    "a link leads to a registered origin": "origin|must have the name|must be an address|must be https|port of at most",
    "names, numbers and bytes together": (
        "bytes|recipients at most|cannot be used together|is more than a queue|must not be more than"
    ),
    "what is nowhere else, in data of any depth": "NUL or broken Unicode",
    "a template is a program": "[Tt]emplate|variable|line [0-9]",
    "a user is made with an address, under the id in the path": "is required|must be the one in the path",
    "a token that nobody issued": "token",
    "a job's end says what event it is": "or left out: job.status is",
    "some of it is ours, or as it is": "is written by Postroom|cannot be changed|stays so|cannot be confirmed",
    "how much there is in all": "minutes of the week free|of your own already",
    "what can be seen": "letters that can be seen|begin or end with a space|must not be blank",
}
"""Reasons for which data that a schema allows are refused, and by which words those refusals are known."""

_RIGHT_REFUSALS = re.compile("|".join(BEYOND_A_SCHEMA.values()))


@schemathesis.auth(refresh_interval=None)
class ByRole:
    """The key of the role that the document asks for."""

    def get(self, _: Case[Any], context: AuthContext) -> str:
        security = context.operation.definition.raw.get("security") or [{}]
        of_the_platform = security == [{"key": ["platform"]}]
        return str(TOLD["keys"]["platform" if of_the_platform else "admin"])

    def set(self, case: Case[Any], data: str, _: AuthContext) -> None:
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(_: HookContext, case: Case[Any], _kwargs: dict[str, Any]) -> None:
    """Often names what is there, since hardly an id that is made up ever is; and sets no made-up account going."""
    name = case.operation.definition.raw["operationId"]
    if _is_good(case) and case.method.upper() != "DELETE":
        things = TOLD["things"] | ({"account_id": TOLD["spare"]} if name in ON_THE_SPARE else {})
        for parameter in set(case.path_parameters) & set(things):
            case.path_parameters[parameter] = things[parameter]
    if name == "resume_account" and case.path_parameters.get("account_id", "").startswith("acc_"):
        # Also in a bad request: ids are learned from answers, and this one makes an account send.
        case.path_parameters["account_id"] = TOLD["things"]["account_id"]
    if (
        name in {"create_account", "change_account"}
        and isinstance(case.body, dict)
        and case.body.get("status") == "active"
    ):
        case.body["status"] = "inactive"
    if isinstance(case.body, dict) and case.body.get("requests_per_minute") is not None and _is_good(case):
        case.body["requests_per_minute"] = MANY_REQUESTS
    if "Idempotency-Key" in case.headers and _is_good(case):
        # The same one with another request is refused, as it must be.
        case.headers["Idempotency-Key"] = uuid4().hex


@schemathesis.check
def refused_for_a_reason(_: CheckContext, response: Response, case: Case[Any]) -> None:
    """Good data are taken, or refused for what no schema can say."""
    if response.status_code != 422 or not _is_good(case):
        return
    document = response.json()
    errors = [f"{error['field']} {error['message']}" for error in document.get("errors", ())] or [document["detail"]]
    unexplained = [error for error in errors if not _RIGHT_REFUSALS.search(error)]
    if unexplained:
        raise AssertionError(f"The schema allows what is refused: {unexplained}")


def _is_good(case: Case[Any]) -> bool:
    return case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE
