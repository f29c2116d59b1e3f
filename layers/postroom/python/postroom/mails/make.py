"""Makes a mail of a request, behind the queue. Done twice, or again after a crash anywhere, it makes one.

The message's id is the request's, and a token is issued in its name: whoever makes the same mail again gets the same
token, so that it is the one that counts which the mail has, and not that of whoever was last.
"""

import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus

from postroom.clock import Clock
from postroom.errors import Conflict, FieldError, Invalid, NotFound, PostroomError
from postroom.mails.cool_down import LetThrough
from postroom.mails.links import Url, leads_to_any
from postroom.mails.model import LETTERS, Kind, MailRequest, MailSettings
from postroom.mails.ports import SettingsStore
from postroom.mails.write import People, data_of, draft_of, names_of
from postroom.messages.accept import AcceptMessages
from postroom.messages.cancel import CancelMessage
from postroom.messages.draft import Draft
from postroom.templates.model import Filling
from postroom.tokens.issue import IssueToken
from postroom.tokens.model import Issued, Person, Token
from postroom.tokens.ports import Seal
from postroom.users.manage import FindUsers

log = logging.getLogger(__name__)

_REPLACED = "A newer mail took its place, with a link that revoked the one in it"
_MARGIN = timedelta(minutes=2)
"""So long before its token dies a mail is not begun any more: it would come with a dead link."""


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    NOBODY = "nobody"
    TOO_LATE = "too_late"
    COOLING_DOWN = "cooling_down"
    OVERTAKEN = "overtaken"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class MakeMail:
    settings: SettingsStore
    users: FindUsers
    let_through: LetThrough
    issue: IssueToken
    seal: Seal
    accept: AcceptMessages
    cancel: CancelMessage
    clock: Clock

    def __call__(self, request: MailRequest) -> Outcome:
        """Raises Unavailable, and whatever else of ours went wrong, when it should be tried again."""
        people = self._people(request)
        if people is None:
            return Outcome.NOBODY
        settings = self.settings.get(request.tenant_id)
        gone = tuple(self._gone(request, people, settings))
        if gone:
            return _refused(Invalid(gone))
        token = _token(request, people, settings)
        if token is not None and token.expires_at - _MARGIN <= self.clock():
            return Outcome.TOO_LATE
        if not self.let_through(request, people.address, settings.cool_down):
            return Outcome.COOLING_DOWN
        issued = self.issue(token, request.id) if token else None
        if token is not None and issued is None:
            return Outcome.OVERTAKEN
        outcome = self._accepted(request, self._draft(request, people, issued))
        if issued and outcome is Outcome.ACCEPTED:
            self._withdraw(request.tenant_id, issued.replaced)
        return outcome

    def _withdraw(self, tenant_id: str, message_ids: Iterable[str]) -> None:
        """The mails whose links the new one has revoked, as far as they are not on their way."""
        for message_id in message_ids:
            with suppress(NotFound, Conflict):
                self.cancel(tenant_id, message_id, _REPLACED)

    def _people(self, request: MailRequest) -> People | None:
        """None when there is no such user. A mail goes to the address that is stored, never to one as it was typed.

        But for one that a user wants besides, which a mail has to prove.
        """
        if request.inviter is not None:
            inviter = self.users.by_id(request.tenant_id, request.inviter)
            return People(request.email or "", inviter=inviter) if inviter else None
        if request.user_id is not None:
            user = self.users.by_id(request.tenant_id, request.user_id)
            if user is not None and request.kind is Kind.NOTIFICATION_ADDRESS:
                return People(request.email or "", user)
        else:
            user = self.users.by_email(request.tenant_id, request.email or "")
        return People(user.email, user) if user else None

    def _gone(self, request: MailRequest, people: People, settings: MailSettings) -> Iterator[FieldError]:
        """What it names that was there when it was asked for.

        Looked at before anything is counted or issued: what comes to nothing leaves the last link as it is.
        """
        if request.base_url and not leads_to_any(request.base_url, settings.origins):
            yield FieldError("base_url", "has an origin that is not registered any more")
        names = names_of(request, people)
        yield from self.accept.look_up(request.tenant_id, [names]).errors(names)

    def _draft(self, request: MailRequest, people: People, issued: Issued | None) -> Draft:
        url = Url.parse(request.base_url).with_path(LETTERS[request.kind].path) if request.base_url else None
        if issued is None or url is None:
            return draft_of(request, people, Filling(data_of(request, people, link=str(url or ""))), None)
        data = data_of(request, people, lifetime=_whole_seconds(issued.expires_at - request.moment))
        sealed = self.seal.seal(json.dumps({"link": str(url.with_token(issued.text))}))
        # A link may live longer than content is kept; its mail may not.
        last = self.accept.lifetimes.last_end(request.seed.moment)
        return draft_of(request, people, Filling(data, sealed), min(issued.expires_at - _MARGIN, last))

    def _accepted(self, request: MailRequest, draft: Draft) -> Outcome:
        [result] = self.accept(request.tenant_id, [draft], request.seed)
        if not isinstance(result, PostroomError):
            return Outcome.ACCEPTED
        if result.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise result
        return _refused(result)


def _token(request: MailRequest, people: People, settings: MailSettings) -> Token | None:
    """Its life begins with the request, so that it ends at the same time whenever the mail is made."""
    purpose = LETTERS[request.kind].purpose
    if purpose is None:
        return None
    return Token(
        tenant_id=request.tenant_id,
        purpose=purpose,
        person=Person(
            people.address,
            people.user.id if people.user else None,
            is_elsewhere=request.kind is Kind.NOTIFICATION_ADDRESS,
        ),
        expires_at=request.moment + settings.lifetimes[purpose],
        inviter=request.inviter,
        user_type=request.user_type,
    )


def _refused(error: PostroomError) -> Outcome:
    fields = [fault.field for fault in error.errors] if isinstance(error, Invalid) else []
    log.warning("A mail was refused", extra={"code": error.code, "fields": fields})
    return Outcome.REFUSED


def _whole_seconds(lifetime: timedelta) -> timedelta:
    """As it was set: the end of a token is stored in milliseconds, and a mail counts whole hours."""
    return timedelta(seconds=round(lifetime.total_seconds()))
