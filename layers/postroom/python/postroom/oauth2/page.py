"""What the mailbox's owner sees after the consent: a plain page, without a script."""

import base64
import hashlib
from html import escape
from http import HTTPStatus
from typing import Any

from postroom.oauth2.connect import Connected, Outcome

_STYLE = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem}"

_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    f"style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'",
    "Cache-Control": "no-store",
    # The page's own address holds the code and the state.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_AGAIN = "Ask for a new link and try again."

_SHOWN = {
    Outcome.CONNECTED: (HTTPStatus.OK, "The mailbox is connected", "{mailbox} is connected. You may close this page."),
    Outcome.UNKNOWN: (HTTPStatus.BAD_REQUEST, "This link is not valid", f"It was used, or is too old. {_AGAIN}"),
    Outcome.DENIED: (HTTPStatus.FORBIDDEN, "The mailbox is not connected", "Consent for {mailbox} was not given."),
    Outcome.UNFIT: (
        HTTPStatus.FORBIDDEN,
        "The mailbox is not connected",
        f"The permission to send mail for {{mailbox}} was not given. {_AGAIN}",
    ),
    Outcome.FAILED: (
        HTTPStatus.BAD_GATEWAY,
        "The mailbox is not connected",
        f"The provider of {{mailbox}} did not confirm the consent. {_AGAIN}",
    ),
}


def page_of(connected: Connected) -> dict[str, Any]:
    """The answer for API Gateway (payload 2.0)."""
    status, title, words = _SHOWN[connected.outcome]
    return _page(status, title, words.format(mailbox=connected.mailbox or ""))


def page_of_trouble() -> dict[str, Any]:
    words = f"Something went wrong on our side. {_AGAIN}"
    return _page(HTTPStatus.SERVICE_UNAVAILABLE, "The mailbox is not connected", words)


def _page(status: int, title: str, words: str) -> dict[str, Any]:
    body = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
        f"<h1>{escape(title)}</h1><p>{escape(words)}</p></html>"
    )
    return {"statusCode": int(status), "headers": _HEADERS, "body": body, "isBase64Encoded": False}
