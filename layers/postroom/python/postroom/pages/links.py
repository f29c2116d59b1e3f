"""The links that stand in notices and digests, and one that is asked for."""

from dataclasses import dataclass

from postroom.clock import Clock
from postroom.pages import token
from postroom.pages.model import Link, Links
from postroom.pages.ports import MakeLinks, Seal
from postroom.users.manage import FindUsers

PREFERENCES = "preferences"
LESS = "less"
_FOLDER = "pages"


@dataclass(frozen=True, slots=True)
class SealedLinks:
    """Makes them without reading anything but the sealing secret, once: see ``pages.ports.MakeLinks``.

    ``public_url`` is where the API answers; without one there are no links. One token is in both of them.
    """

    public_url: str
    seal: Seal
    clock: Clock

    def __call__(self, tenant_id: str, user_id: str, event_type: str | None) -> Links:
        """Raises Unavailable."""
        if not self.public_url:
            return Links()
        sealed = token.seal(Link(tenant_id, user_id, event_type, self.clock()), self.seal)
        return Links(self._url(PREFERENCES, sealed), "" if event_type is None else self._url(LESS, sealed))

    def _url(self, page: str, sealed: str) -> str:
        return f"{self.public_url.rstrip('/')}/{_FOLDER}/{page}?token={sealed}"


@dataclass(frozen=True, slots=True)
class IssueLink:
    users: FindUsers
    make: MakeLinks

    def __call__(self, tenant_id: str, user_id: str) -> str:
        """To the page of this user's preferences. Raises NotFound and Unavailable."""
        self.users.one(tenant_id, user_id)
        return self.make(tenant_id, user_id, None).preferences_url
