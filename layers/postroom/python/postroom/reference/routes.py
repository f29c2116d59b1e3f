from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Request, Response
from aws_lambda_powertools.event_handler.depends import Depends

from postroom.errors import NotFound
from postroom.reference.page import HTML, PROTECTION, page, part
from postroom.reference.published import Published
from postroom.web.routes import Routes

_KEPT = "public, max-age=300"


def _if_none_match(request: Request) -> str:
    return str(request.resolved_event.headers.get("if-none-match", ""))


Known = Annotated[str, Depends(_if_none_match)]
"""Which version the caller has."""


def reference_routes(routes: Routes, document: Callable[[], Published]) -> None:
    @routes.public("/v1/openapi.json")
    def read_openapi_document(known: Known) -> Response[str]:
        """Read this description of the API (OpenAPI 3.1)."""
        return _answer(document(), known)

    @routes.public("/v1/docs", media_type=HTML)
    def show_page(known: Known) -> Response[str]:
        """Read and try the API on a page."""
        return _answer(page(), known)

    @routes.public("/v1/docs/{file}", media_type=None)
    def show_part_of_page(file: str, known: Known) -> Response[str]:
        """Read what the page is made of."""
        found = part(file)
        if found is None:
            raise NotFound
        return _answer(found, known)


def _answer(published: Published, known: str) -> Response[str]:
    headers: dict[str, str | list[str]] = {
        "ETag": published.etag,
        "Cache-Control": _KEPT,
        "Vary": "Accept-Encoding",
        **PROTECTION,
    }
    if published.is_known(known):
        return Response(HTTPStatus.NOT_MODIFIED, None, "", headers)
    return Response(HTTPStatus.OK, published.media_type, published.text, headers, compress=True)
