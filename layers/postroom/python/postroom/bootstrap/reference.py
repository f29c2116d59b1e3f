"""The API document, and whose examples it shows. Imported when the document is first asked for."""

import json

from postroom.reference.document import describe
from postroom.reference.published import Published
from postroom.settings import Settings
from postroom.web.api import Api
from postroom.web.examples import Examples
from postroom.web.routes import JSON


def all_examples() -> Examples:
    return {}


def build_document(api: Api, settings: Settings) -> Published:
    document = describe(api.resolver, api.routes, all_examples(), settings.oauth2.public_url or "/")
    return Published.of(JSON, json.dumps(document, ensure_ascii=False, separators=(",", ":")))
