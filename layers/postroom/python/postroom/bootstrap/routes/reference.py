"""The routes of the API document and its page."""

from collections.abc import Callable

from postroom.bootstrap.when_used import when_used
from postroom.reference.published import Published
from postroom.reference.routes import reference_routes
from postroom.settings import Settings
from postroom.web.api import Api
from postroom.web.routes import Routes


def add_reference(routes: Routes, settings: Settings, api: Callable[[], Api]) -> None:
    """``api`` is what the document describes: it has these routes, too."""

    @when_used
    def document() -> Published:
        from postroom.bootstrap.reference import build_document  # noqa: PLC0415 - as when_used says

        return build_document(api(), settings)

    reference_routes(routes, lambda: document)
