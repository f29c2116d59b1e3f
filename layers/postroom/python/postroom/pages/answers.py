"""The JSON of links to the pages."""

from datetime import datetime

from postroom.web.body import ResponseBody


class LinkAnswer(ResponseBody):
    """Whoever has ``preferences_url`` may see and change this user's preferences, for a year or until it is revoked."""

    user: str
    preferences_url: str


class RevokedAnswer(ResponseBody):
    """No link works any more that was made until ``revoked_at``."""

    user: str
    revoked_at: datetime
