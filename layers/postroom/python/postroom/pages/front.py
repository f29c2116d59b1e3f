"""From a request for a page to its answer. Nobody has a key here: the token says whose page it is.

GET and HEAD change nothing, ever: scanners of mail follow every link. A POST that changes something is answered with
where to see it (303), so that a page that is loaded again sends nothing again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from postroom.audit.acting import Acting, acting
from postroom.audit.model import Actor
from postroom.clock import Clock
from postroom.errors import Invalid, NotFound, PostroomError
from postroom.ids import Seed
from postroom.pages import page
from postroom.pages.change import ChangeWishes
from postroom.pages.forms import Fields, amount_shown, changes_of, fields_of, is_one_click
from postroom.pages.links import LESS, PREFERENCES
from postroom.pages.model import ROLE, Link
from postroom.pages.open import OpenLink
from postroom.pages.page import Answer
from postroom.pages.show import ShowWishes
from postroom.pages.words import STOPPED
from postroom.web.identity import from_here

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Asked:
    name: str
    link: Link
    token: str
    fields: Fields
    seed: Seed


@dataclass(frozen=True, slots=True)
class Pages:
    """``audit_kept``: for how long the audit log keeps what is done here."""

    open: OpenLink
    show: ShowWishes
    change: ChangeWishes
    clock: Clock
    audit_kept: timedelta

    def __call__(self, event: Event) -> Answer:
        """Whatever PostroomError there is becomes a page that tells nothing of the link."""
        method = event["requestContext"]["http"]["method"]
        try:
            if method in {"GET", "HEAD"}:
                answer = self._shown(event)
                return {**answer, "body": ""} if method == "HEAD" else answer
            return self._changed(event) if method == "POST" else page.method_page()
        except PostroomError as error:
            answer = page.trouble_page(error)
            return {**answer, "body": ""} if method == "HEAD" else answer

    def _shown(self, event: Event) -> Answer:
        query = event.get("queryStringParameters") or {}
        token, done = query.get("token", ""), query.get("done", "")
        link, name = self.open(token), _name_of(event)
        if name == PREFERENCES:
            return page.preferences_page(self.show.all(link), token, done)
        return page.less_page(*self.show.one(link), token, done)

    def _changed(self, event: Event) -> Answer:
        fields, now = fields_of(event), self.clock()
        # A mail provider's button knows nothing but the address; a form of ours keeps the token out of it.
        query = event.get("queryStringParameters") or {}
        token = query.get("token", "") if is_one_click(fields) else fields.get("token", "")
        asked = _Asked(_name_of(event), self.open(token), token, fields, Seed.fresh(now))
        actor = from_here(event, Actor(asked.link.tenant_id, "", ROLE, asked.link.user_id))
        with acting(Acting(actor, asked.seed, now, self.audit_kept)):
            return self._deed(asked)(asked)

    def _deed(self, asked: _Asked) -> Callable[[_Asked], Answer]:
        if is_one_click(asked.fields):
            return self._one_click
        if asked.name == LESS:
            return self._less
        return self._stop_all if asked.fields.get("action") == "stop" else self._save

    def _one_click(self, asked: _Asked) -> Answer:
        self.change.stop(asked.link, asked.seed)
        return page.unsubscribed_page()

    def _less(self, asked: _Asked) -> Answer:
        is_so = self.change.less(asked.link, amount_shown(asked.fields), asked.seed)
        return page.redirect(LESS, asked.token, "less" if is_so else "stale")

    def _stop_all(self, asked: _Asked) -> Answer:
        self.change.stop_all(asked.link, asked.seed)
        return page.redirect(PREFERENCES, asked.token, STOPPED)

    def _save(self, asked: _Asked) -> Answer:
        try:
            changes = changes_of(asked.fields)
            if changes:
                self.change(asked.link, changes, asked.seed)
        except Invalid as error:
            return page.preferences_page(
                self.show.all(asked.link), asked.token, faults=error.errors, entered=asked.fields
            )
        return page.redirect(PREFERENCES, asked.token, "saved" if changes else "unchanged")


def _name_of(event: Event) -> str:
    """Raises NotFound."""
    name = str(event.get("rawPath", "")).rpartition("/")[2]
    if name not in {PREFERENCES, LESS}:
        raise NotFound
    return name
