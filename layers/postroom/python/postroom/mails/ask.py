"""Takes the request for a mail, and looks at nothing that depends on whose address it names.

Whether there is such a person, and whether they got one a moment ago, is found out behind a queue: from outside, the
answer is the same, and takes the same time.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace

from postroom.clock import Clock
from postroom.errors import FieldError, Invalid, NotFound
from postroom.mails.links import leads_to_any
from postroom.mails.model import MailRequest
from postroom.mails.ports import Requests, SettingsStore
from postroom.messages.draft import Names
from postroom.messages.named import LookUpNamed
from postroom.users.manage import FindUsers

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AskForMail:
    settings: SettingsStore
    users: FindUsers
    look_up: LookUpNamed
    requests: Requests
    clock: Clock

    def __call__(self, request: MailRequest) -> None:
        """Raises Invalid; NotFound for a user's id that is none; Unavailable when the request could not be kept."""
        faults = tuple(self._faults(request))
        if faults:
            raise Invalid(faults)
        if request.user_id is not None and self.users.by_id(request.tenant_id, request.user_id) is None:
            raise NotFound("There is no such user")
        self.requests.put(replace(request, put_at=self.clock()))
        # Of a message that there may never be; whose address it is, nobody knows yet.
        told = {"tenant_id": request.tenant_id, "message_id": request.id, "kind": request.kind.value}
        log.info("A mail was asked for", extra=told)

    def _faults(self, request: MailRequest) -> Iterator[FieldError]:
        if request.base_url and not leads_to_any(request.base_url, self.settings.get(request.tenant_id).origins):
            yield FieldError("base_url", "must have one of the origins that are registered in the settings of mails")
        if request.inviter is not None and self.users.by_id(request.tenant_id, request.inviter) is None:
            yield FieldError("inviter", "There is no such user")
        names = Names(request.account_id, request.pool_id)
        yield from self.look_up(request.tenant_id, [names]).errors(names)
