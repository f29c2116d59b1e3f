"""The OpenAPI document, made from the routes: powertools tells parameters and bodies, the rest is said here."""

import json
from collections.abc import Iterable
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from postroom.reference.operations import Operations
from postroom.reference.refusals import PROBLEM, refusal_responses
from postroom.reference.schemas import cleaned, with_plain_names
from postroom.reference.sections import sections_of
from postroom.reference.words import HEADERS, INFO, KEY, PARAMETERS
from postroom.web.examples import Examples
from postroom.web.routes import Route

OPENAPI = "3.1.0"


def describe(
    resolver: APIGatewayHttpResolver, routes: Iterable[Route], examples: Examples, server: str
) -> dict[str, Any]:
    """``server`` is where the API answers."""
    made = with_plain_names(json.loads(resolver.get_openapi_json_schema(title="", version="")))
    described = [route for route in routes if route.media_type is not None]
    paths = Operations(made, examples).of(described)
    schemas = cleaned(made["components"]["schemas"], paths)
    return {
        "openapi": OPENAPI,
        "info": INFO,
        "servers": [{"url": server, "description": "This installation."}],
        "tags": sections_of([route.path for route in described]),
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": schemas | {"Problem": PROBLEM},
            "responses": refusal_responses(),
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "securitySchemes": {"key": KEY},
        },
    }
