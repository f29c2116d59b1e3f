"""What the API document says before its first path."""

from typing import Any

from postroom.idempotency.model import HEADER
from postroom.version import VERSION

_ABOUT = """\
Send mail through the mailboxes that you have. JSON in `snake_case`; times are RFC 3339 with an offset; ids sort by
the time they were made. A field or a query parameter that is not known is refused. Answers may gain fields: read past
those you do not know. A whole number is written without a fraction: 5, not 5.0.

**Keys.** Every request carries `Authorization: Bearer <key>`. Each operation names the roles whose keys may use it.

**Lists.** `?limit=` and `?cursor=` give `items` and `next_cursor`, which is null at the end. A page may hold fewer
items than asked for and still have a next one.

**Repeating.** With an `Idempotency-Key` a request that creates or sends is carried out once within 24 hours; the same
key with the same body gives the first answer again.

**Errors** are `application/problem+json` (RFC 9457) and name every wrong field at once. An id of somebody else's and
one that does not exist get the same answer. A path that does not take a method answers 405 and names those it takes
in `Allow`.

**Consent.** A mailbox of Google or Microsoft is connected by its owner, who comes back to `/v1/oauth2/callback` at
this address: register that URL with the provider. It is a page for a browser, and no program calls it.
"""

INFO: dict[str, Any] = {
    "title": "Postroom",
    "summary": "Mail through your own SMTP accounts, over one HTTPS API.",
    "description": _ABOUT,
    "version": VERSION,
    "license": {"name": "MIT", "identifier": "MIT"},
}

KEY: dict[str, Any] = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key: `Authorization: Bearer <key>`. What it may do follows from its role.",
}

PARAMETERS: dict[str, Any] = {
    "IdempotencyKey": {
        "name": HEADER,
        "in": "header",
        "required": False,
        "description": "Any text of your own, one for each thing that is to be done once.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]{1,255}$"},
    }
}

HEADERS: dict[str, Any] = {
    "RateLimit": {
        "description": "What is left of the limits of requests, and in how many seconds there is more.",
        "schema": {"type": "string", "examples": ['"key";r=598;t=12, "tenant";r=1190;t=4']},
    },
    "RateLimitPolicy": {
        "description": "The limits of requests: how many, in how many seconds.",
        "schema": {"type": "string", "examples": ['"key";q=600;w=60, "tenant";q=1200;w=60']},
    },
    "IdempotentReplayed": {
        "description": "true: this is the answer that was given the first time, and nothing was done anew.",
        "schema": {"type": "string", "const": "true"},
    },
    "PostroomNotice": {
        "description": "Of an answer that was given before: a secret in it was shown once and is masked now.",
        "schema": {"type": "string"},
    },
    "ETag": {"description": "Names this version, for If-None-Match.", "schema": {"type": "string"}},
}
