"""The page on which the API can be read and tried: Swagger UI, as powertools carries it, started by a script of ours.

It has no address of anybody else's, and runs no script but those two. A key that is typed in stays in its memory.
"""

from functools import cache
from importlib.resources import files

from postroom.reference.published import Published

_OURS = "postroom.reference.page_files"
_SWAGGER_UI = "aws_lambda_powertools.event_handler.openapi.swagger_ui"
_SCRIPT, _STYLE = "text/javascript; charset=utf-8", "text/css; charset=utf-8"

HTML = "text/html"

FILES = {
    "swagger-ui.js": (_SWAGGER_UI, "swagger-ui-bundle.min.js", _SCRIPT),
    "swagger-ui.css": (_SWAGGER_UI, "swagger-ui.min.css", _STYLE),
    "start.js": (_OURS, "start.js", _SCRIPT),
    "page.css": (_OURS, "page.css", _STYLE),
}
"""By the name under which the page asks for it: whose it is, how it is called there, and what it is."""

PROTECTION = {
    # Swagger UI has its small pictures within its style sheet, and draws with styles that its script sets.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@cache
def page() -> Published:
    return Published.of(f"{HTML}; charset=utf-8", _text(_OURS, "index.html"))


@cache
def part(name: str) -> Published | None:
    """None when the page has no such file."""
    if name not in FILES:
        return None
    package, file, media_type = FILES[name]
    return Published.of(media_type, _text(package, file))


def _text(package: str, file: str) -> str:
    return files(package).joinpath(file).read_text("utf-8")
