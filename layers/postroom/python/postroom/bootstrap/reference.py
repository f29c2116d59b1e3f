"""The API document, and whose examples it shows. Imported when the document is first asked for."""

import json
from collections import ChainMap

from postroom.accounts.examples import EXAMPLES as ACCOUNTS
from postroom.audit.examples import EXAMPLES as AUDIT
from postroom.capacity.examples import EXAMPLES as CAPACITY
from postroom.event_types.examples import EXAMPLES as EVENT_TYPES
from postroom.events.examples import EXAMPLES as EVENTS
from postroom.jobs.examples import EXAMPLES as JOBS
from postroom.mails.examples import EXAMPLES as MAILS
from postroom.messages.examples import EXAMPLES as MESSAGES
from postroom.notices.examples import EXAMPLES as NOTICES
from postroom.notifications.examples import EXAMPLES as NOTIFICATIONS
from postroom.oauth2.examples import EXAMPLES as OAUTH2
from postroom.pages.examples import EXAMPLES as PAGES
from postroom.pools.examples import EXAMPLES as POOLS
from postroom.preferences.examples import EXAMPLES as PREFERENCES
from postroom.probe.examples import EXAMPLES as PROBE
from postroom.reference.document import describe
from postroom.reference.published import Published
from postroom.settings import Settings
from postroom.system.configuration.examples import EXAMPLES as CONFIGURATION
from postroom.system.status.examples import EXAMPLES as STATUS
from postroom.templates.own.examples import EXAMPLES as TEMPLATES
from postroom.tenancy.examples import EXAMPLES as TENANCY
from postroom.tenancy.rates.examples import EXAMPLES as RATES
from postroom.tokens.examples import EXAMPLES as TOKENS
from postroom.users.examples import EXAMPLES as USERS
from postroom.users.imports.examples import EXAMPLES as IMPORTS
from postroom.web.api import Api
from postroom.web.examples import Examples
from postroom.web.routes import JSON

_EXAMPLES = (
    ACCOUNTS,
    AUDIT,
    CAPACITY,
    CONFIGURATION,
    EVENT_TYPES,
    EVENTS,
    IMPORTS,
    JOBS,
    MAILS,
    MESSAGES,
    NOTICES,
    NOTIFICATIONS,
    OAUTH2,
    PAGES,
    POOLS,
    PREFERENCES,
    PROBE,
    RATES,
    STATUS,
    TEMPLATES,
    TENANCY,
    TOKENS,
    USERS,
)


def all_examples() -> Examples:
    return dict(ChainMap(*(dict(of_one) for of_one in _EXAMPLES)))


def build_document(api: Api, settings: Settings) -> Published:
    document = describe(api.resolver, api.routes, all_examples(), settings.oauth2.public_url or "/")
    return Published.of(JSON, json.dumps(document, ensure_ascii=False, separators=(",", ":")))
