"""How the authorizer tells the api who asks: the context of API Gateway, written and read in one place.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
"""

from collections.abc import Mapping
from typing import Any

from postroom.errors import PostroomError, Unauthenticated, Unavailable
from postroom.tenancy.model import Caller, KeyProblem, Role

_REASONS = {
    KeyProblem.MISSING: "Send an API key as: Authorization: Bearer <key>",
    KeyProblem.INVALID: "This API key is not valid.",
    KeyProblem.REVOKED: "This API key has been revoked.",
}


def to_context(found: Caller | KeyProblem) -> dict[str, str]:
    if isinstance(found, KeyProblem):
        return {"problem": found.value}
    user = {} if found.user_id is None else {"user_id": found.user_id}
    return {"tenant_id": found.tenant_id, "key_id": found.key_id, "role": found.role.value, **user}


def caller_of(event: Mapping[str, Any]) -> Caller:
    """Raises Unauthenticated when the authorizer found no caller or was not asked."""
    context = event.get("requestContext", {}).get("authorizer", {}).get("lambda") or {}
    try:
        return Caller(context["tenant_id"], context["key_id"], Role(context["role"]), context.get("user_id"))
    except (KeyError, ValueError) as error:
        raise _refusal(context.get("problem", KeyProblem.MISSING)) from error


def _refusal(problem: str) -> PostroomError:
    if problem == KeyProblem.UNAVAILABLE:
        return Unavailable()
    return Unauthenticated(_REASONS.get(KeyProblem(problem), ""))
