"""The chapters of the API document: by the first part of a path, in the order in which a reader needs them."""

SECTIONS = {
    "accounts": ("Accounts", "The mailboxes that mail goes out by: servers, limits, health, tests, consent."),
    "messages": ("Messages", "One mail each: accepted, queued, sent, and everything that was tried."),
    "emails": ("Transactional mails", "Verification, password reset, invitation and welcome, with links good once."),
    "notifications": ("Notifications", "One notice to many users; and whom of them was told of which event."),
    "events": ("Events", "What has happened, and whom of your users it was told."),
    "jobs": ("Jobs", "How far something is that takes its time."),
    "tokens": ("Tokens", "What a link in a mail carries, redeemed once."),
    "templates": ("Templates", "What mails are filled in from: drafts, versions, previews."),
    "built-in-templates": ("Built-in templates", "Those that come with Postroom, to be used or copied."),
    "branding": ("Branding", "How a tenant's mails look."),
    "users": ("Users", "The people mails are for, and their import from a file."),
    "preferences": ("Preferences", "What each user wants to hear of, how and when."),
    "event-types": ("Event types", "What users may hear of: five kinds of events, and those of your own."),
    "pools": ("Pools", "Named sets of accounts."),
    "settings": ("Settings", "What holds for a whole tenant."),
    "capacity": ("Capacity", "What can be sent, and when what waits will have gone."),
    "audit": ("Audit log", "Who changed what, and when."),
    "keys": ("Keys", "API keys of a tenant."),
    "me": ("Who am I", "Whose key this is."),
    "tenants": ("Tenants", "For the platform: tenants and their first keys."),
    "platform": ("Platform", "For the platform: its own keys."),
    "system": ("System", "The running of it."),
    "openapi.json": ("This document", "The API's description, and a page to try it."),
    "docs": ("This document", "The API's description, and a page to try it."),
}
"""Title and description of each."""


def section_of(path: str) -> str:
    """The title. Raises KeyError where a path belongs to none."""
    return SECTIONS[path.split("/")[2]][0]


def sections_of(paths: list[str]) -> list[dict[str, str]]:
    """As the document lists them: each once, and none without a path."""
    used = {section_of(path) for path in paths}
    described = {title: text for title, text in SECTIONS.values() if title in used}
    return [{"name": title, "description": text} for title, text in described.items()]
