"""The one tree of errors.

    PostroomError
    ├── Unauthenticated        401  the key is missing, unknown or revoked
    ├── Forbidden              403  the key's role may not do this
    ├── NotFound               404  no such thing for this tenant; a stranger's id looks the same
    ├── MethodNotAllowed       405  the path is there, but not for this method
    ├── Conflict               409  the thing is not in a state that allows this
    │   └── StillRunning       409  the first request with this Idempotency-Key has not ended
    ├── TooLarge               413  the body or a part of it is over a limit
    ├── Unsupported            415  the body is not JSON
    ├── Malformed              400  the request cannot be read at all
    ├── Invalid                422  fields are wrong: all of them, by name
    │   └── KeyReused          422  the same Idempotency-Key with another body
    ├── Unsendable             422  the content cannot be put on the wire exactly as it was meant
    ├── RateLimited            429  the key or its tenant has used up its requests; ask again later
    ├── Unavailable            503  a service we stand on did not answer; ask again
    └── Misconfigured          500  a setting is missing or wrong

Each class carries its machine-readable ``code``, its HTTP ``status`` and whether the same call may be made again
(``retryable``). What a mail server answered is not an error but a verdict: see ``delivery.model``.
"""

from dataclasses import dataclass
from typing import ClassVar


class PostroomError(Exception):
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong on our side"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title


class Unauthenticated(PostroomError):
    code = "unauthenticated"
    title = "A valid API key is needed"
    status = 401


class Forbidden(PostroomError):
    code = "forbidden"
    title = "This key may not do that"
    status = 403


class NotFound(PostroomError):
    code = "not_found"
    title = "There is no such thing"
    status = 404


class MethodNotAllowed(PostroomError):
    code = "method_not_allowed"
    title = "This path does not take that method"
    status = 405

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__()
        self.allowed = allowed


class Conflict(PostroomError):
    code = "conflict"
    title = "Not possible in the present state"
    status = 409


class StillRunning(Conflict):
    code = "request_in_progress"
    title = "The first request with this Idempotency-Key is still running"
    retryable = True


class TooLarge(PostroomError):
    code = "too_large"
    title = "The request is too large"
    status = 413


class Unsupported(PostroomError):
    code = "unsupported_media_type"
    title = "The body must be application/json"
    status = 415


class Malformed(PostroomError):
    code = "malformed_request"
    title = "The request cannot be read"
    status = 400


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; ``field`` is its dotted path in the body, such as ``messages.0.to``."""

    field: str
    message: str


class Invalid(PostroomError):
    code = "invalid_request"
    title = "Some fields are not valid"
    status = 422

    def __init__(self, errors: tuple[FieldError, ...] = (), detail: str = "") -> None:
        super().__init__(detail)
        self.errors = errors


class KeyReused(Invalid):
    code = "idempotency_key_reused"
    title = "This Idempotency-Key was used with another request"


class Unsendable(PostroomError):
    code = "unsendable_content"
    title = "The content cannot be sent as it is"
    status = 422


class RateLimited(PostroomError):
    code = "rate_limited"
    title = "Too many requests"
    status = 429
    retryable = True

    def __init__(self, detail: str = "", *, retry_after_seconds: int = 1) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(PostroomError):
    code = "unavailable"
    title = "A service we depend on did not answer"
    status = 503
    retryable = True


class Misconfigured(PostroomError):
    code = "misconfigured"
    title = "A setting is missing or wrong"
