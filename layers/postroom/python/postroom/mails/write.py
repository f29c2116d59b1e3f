"""What a mail says: the data of its template, and the message that carries it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from postroom.mails.model import LETTERS, Kind, MailRequest
from postroom.messages.draft import Draft, Names
from postroom.messages.model import Content, Mailbox, OnUncertain
from postroom.templates.model import Filling, Wanted
from postroom.users.data import data_of_user
from postroom.users.model import User

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class People:
    """Who gets a mail: a user, or an address alone; and of an invitation, who invites."""

    address: str
    user: User | None = None
    inviter: User | None = None

    @property
    def name(self) -> str:
        return self.user.name if self.user else ""


def data_of(
    request: MailRequest, people: People, *, lifetime: timedelta = timedelta(0), link: str = ""
) -> dict[str, Any]:
    """All but a link with a token. Every name is there, if only as "", so that a template may rely on it.

    Except ``user``, which is there where there is one: an invitation goes to an address.
    """
    told: Mapping[Kind, dict[str, Any]] = {
        Kind.VERIFICATION: {"name": people.name, "hours": lifetime // _HOUR},
        Kind.PASSWORD_RESET: {"name": people.name, "minutes": lifetime // _MINUTE},
        Kind.INVITATION: {
            "inviter_name": people.inviter.name or people.inviter.email if people.inviter else "",
            "invitee_email": people.address,
            "user_type": request.user_type or "",
            "days": lifetime // _DAY,
        },
        Kind.WELCOME: {"name": people.name, "email": people.address, "link": link},
        Kind.NOTIFICATION_ADDRESS: {"name": people.name, "email": people.address, "hours": lifetime // _HOUR},
    }
    return told[request.kind] | ({"user": data_of_user(people.user)} if people.user else {})


def names_of(request: MailRequest, people: People) -> Names:
    return Names(request.account_id, request.pool_id, _variant(request, people))


def draft_of(request: MailRequest, people: People, filling: Filling, expires_at: datetime | None) -> Draft:
    letter = LETTERS[request.kind]
    return Draft(
        recipients=(people.address,),
        content=Content(subject="", text=None, html=None, to=(Mailbox(people.address, people.name),), filling=filling),
        priority=letter.priority,
        on_uncertain=OnUncertain.RESEND,
        account_id=request.account_id,
        pool_id=request.pool_id,
        template=_variant(request, people),
        expires_at=expires_at,
    )


def _variant(request: MailRequest, people: People) -> Wanted:
    user = people.user
    locale = request.locale or (user.locale if user else None)
    user_type = request.user_type or (user.user_type if user else None)
    return Wanted(LETTERS[request.kind].template, locale or "", user_type or "")
