"""How the authorizer tells the api who asks, and the gateway from where: its context, written and read in one place.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from postroom.audit.model import Actor
from postroom.errors import PostroomError, Unauthenticated, Unavailable
from postroom.priorities import Priority
from postroom.tenancy.model import Caller, KeyProblem, Role

_REASONS = {
    KeyProblem.MISSING: "Send an API key as: Authorization: Bearer <key>",
    KeyProblem.INVALID: "This API key is not valid.",
    KeyProblem.REVOKED: "This API key has been revoked.",
}

_LONGEST_USER_AGENT = 200
"""Characters; what a client says of itself is as long as it likes."""


def to_context(found: Caller | KeyProblem) -> dict[str, str]:
    if isinstance(found, KeyProblem):
        return {"problem": found.value}
    optional = {"user_id": found.user_id, "requests_per_minute": found.requests_per_minute}
    return {
        "tenant_id": found.tenant_id,
        "key_id": found.key_id,
        "role": found.role.value,
        "highest_priority": found.highest_priority.value,
        **{name: str(value) for name, value in optional.items() if value is not None},
    }


def has_caller(event: Mapping[str, Any]) -> bool:
    return "key_id" in _context(event)


def caller_of(event: Mapping[str, Any]) -> Caller:
    """Raises Unauthenticated when the authorizer found no caller or was not asked."""
    context = _context(event)
    try:
        return _caller(context)
    except (KeyError, ValueError) as error:
        raise _refusal(context.get("problem", KeyProblem.MISSING)) from error


def _context(event: Mapping[str, Any]) -> Mapping[str, Any]:
    context: Mapping[str, Any] = event.get("requestContext", {}).get("authorizer", {}).get("lambda") or {}
    return context


def _caller(context: Mapping[str, str]) -> Caller:
    # What an authorizer of the version before did not say is as it was then.
    requests = context.get("requests_per_minute")
    return Caller(
        tenant_id=context["tenant_id"],
        key_id=context["key_id"],
        role=Role(context["role"]),
        user_id=context.get("user_id"),
        requests_per_minute=None if requests is None else int(requests),
        highest_priority=Priority(context.get("highest_priority", Priority.HIGH)),
    )


def actor_of(event: Mapping[str, Any], caller: Caller) -> Actor:
    """The caller as the audit log tells of it."""
    return from_here(event, Actor(caller.tenant_id, caller.key_id, caller.role.value, caller.user_id))


def from_here(event: Mapping[str, Any], asked: Actor) -> Actor:
    """By whom, and from where: also of a request without a key, which goes on with what somebody ``asked`` for."""
    context = event.get("requestContext", {})
    http = context.get("http", {})
    user_agent = "".join(letter for letter in http.get("userAgent") or "" if letter.isprintable())
    return replace(
        asked,
        source_ip=http.get("sourceIp"),
        user_agent=user_agent[:_LONGEST_USER_AGENT] or None,
        request_id=str(context.get("requestId", "")),
    )


def _refusal(problem: str) -> PostroomError:
    if problem == KeyProblem.UNAVAILABLE:
        return Unavailable()
    return Unauthenticated(_REASONS.get(KeyProblem(problem), ""))
