"""The pages as HTML: no script, nothing from elsewhere but the tenant's logo, and nothing that anybody keeps.

Templates are ``templates/pages`` in the tree, the package ``templates`` in a layer.
"""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from postroom.errors import FieldError, PostroomError
from postroom.pages.forms import WAS
from postroom.pages.links import LESS, PREFERENCES
from postroom.pages.model import Amount
from postroom.pages.show import Line, Quiet, Shown
from postroom.pages.words import DONE, STOPPED, TROUBLE, WORDS, days_of, shown_time
from postroom.preferences.model import Weekday
from postroom.templates.filling.colours import USUAL, readable_on
from postroom.templates.model import Branding

Answer = dict[str, Any]
"""For API Gateway (payload 2.0)."""

_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    # A page's own address holds the token.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}


def preferences_page(
    shown: Shown,
    token: str,
    done: str = "",
    faults: tuple[FieldError, ...] = (),
    entered: Mapping[str, str] | None = None,
) -> Answer:
    """``done``: what was, by its name in ``DONE``. ``entered`` takes the place of what is, beside ``faults``."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    values = {"token": token, "done": _what_was(done, shown), "faults": _told(faults, shown), "entered": entered or {}}
    return _page(status, "preferences.html", shown.branding, shown=shown, **values)


def less_page(shown: Shown, line: Line, token: str, done: str = "") -> Answer:
    what_was = None if done == STOPPED else DONE.get(done)
    return _page(HTTPStatus.OK, "less.html", shown.branding, shown=shown, line=line, token=token, done=what_was)


def unsubscribed_page() -> Answer:
    """For a mail provider's machine. No redirect, which RFC 8058 forbids."""
    return _page(HTTPStatus.OK, "plain.html", Branding(), title="You are unsubscribed", text="No more of these mails.")


def trouble_page(error: PostroomError) -> Answer:
    """Tells nothing of the link: one that ended, one that was made up and one that is cut off look alike."""
    title, text = TROUBLE.get(error.status, TROUBLE[HTTPStatus.INTERNAL_SERVER_ERROR])
    answer = _page(error.status, "plain.html", Branding(), title=title, text=text)
    return {**answer, "headers": {**answer["headers"], "Retry-After": "1"}} if error.retryable else answer


def method_page() -> Answer:
    title, text = TROUBLE[HTTPStatus.METHOD_NOT_ALLOWED]
    answer = _page(HTTPStatus.METHOD_NOT_ALLOWED, "plain.html", Branding(), title=title, text=text)
    return {**answer, "headers": {**answer["headers"], "Allow": "GET, HEAD, POST"}}


def redirect(page: str, token: str, done: str) -> Answer:
    """Relative, so that it stays wherever the page was found. ``token`` is one that was opened."""
    location = f"{page}?token={token}&done={done}"
    headers = {name: _HEADERS[name] for name in ("Cache-Control", "Referrer-Policy")}
    return {
        "statusCode": int(HTTPStatus.SEE_OTHER),
        "headers": {**headers, "Location": location},
        "body": "",
        "isBase64Encoded": False,
    }


@cache
def _environment() -> Environment:
    folder = files("templates") / "pages"
    texts = {each.name: each.read_text(encoding="utf-8") for each in folder.iterdir() if each.is_file()}
    environment = Environment(
        loader=DictLoader(texts), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals |= {
        "PREFERENCES": PREFERENCES,
        "LESS": LESS,
        "WAS": WAS,
        "WORDS": WORDS,
        "amounts": tuple(Amount),
        "kinds_of_quiet": tuple(Quiet),
        "weekdays": tuple(Weekday),
        "days_of": days_of,
        "shown_time": shown_time,
    }
    return environment


def _page(status: int, template: str, branding: Branding, **values: object) -> Answer:
    colour = branding.colour or USUAL
    style = _environment().get_template("style.css").render(colour=colour, text_colour=readable_on(colour))
    logo = _origin(branding.logo_url)
    body = (
        _environment()
        .get_template(template)
        .render(
            **values,
            brand=branding,
            logo_url=branding.logo_url if logo else None,
            # Made of colours alone; as text in an element it is not escaped, and its hash is of what stands there.
            style=Markup(style),  # noqa: S704 - no word of anybody's is in it
        )
    )
    headers = {**_HEADERS, "Content-Security-Policy": _policy(style, logo)}
    return {"statusCode": int(status), "headers": headers, "body": body, "isBase64Encoded": False}


def _policy(style: str, logo: str | None) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        f"style-src 'sha256-{digest}'" + (f"; img-src {logo}" if logo else "")
    )


def _origin(url: str | None) -> str | None:
    """Of what was checked when it was set; looked at again, since it goes into a header."""
    parts = urlsplit(url or "")
    host = parts.netloc
    is_plain = all(letter.isalnum() or letter in ".-:" for letter in host) and host.isascii()
    return f"https://{host}" if parts.scheme == "https" and host and is_plain else None


def _what_was(done: str, shown: Shown) -> str | None:
    """An address may be changed, or be opened again after more was chosen: what it says has to hold."""
    is_heard = any(line.amount is not Amount.OFF for line in shown.lines)
    return None if done == STOPPED and is_heard else DONE.get(done)


def _told(faults: tuple[FieldError, ...], shown: Shown) -> list[str]:
    titles = {line.event_type: line.title for line in shown.lines}
    return [f"{titles[fault.field]}: {fault.message}" if fault.field in titles else fault.message for fault in faults]
