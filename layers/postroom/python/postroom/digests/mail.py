"""The mail of a digest to one address."""

from collections.abc import Sequence
from dataclasses import dataclass

from postroom.digests.choose import Recipient
from postroom.digests.model import Digest, Part
from postroom.digests.ports import FindEvents
from postroom.digests.wording import Line, data_of, whys
from postroom.messages.draft import Draft
from postroom.messages.model import Content, Mailbox, OnUncertain
from postroom.notices.model import About, Notice
from postroom.pages.ports import MakeLinks
from postroom.preferences.model import Delivery
from postroom.priorities import Priority
from postroom.templates.model import Filling, Wanted
from postroom.users.data import data_of_user

TEMPLATE = "digest"


@dataclass(frozen=True, slots=True)
class WriteMail:
    events: FindEvents
    links: MakeLinks

    def __call__(self, digest: Digest, part: Part, recipient: Recipient, notices: Sequence[Notice]) -> Draft:
        user = recipient.user
        events = self.events(digest.tenant_id, [notice.event_id for notice in notices])
        lines = [Line(notice, events.get(notice.event_id)) for notice in notices]
        data = data_of(lines, whys(notices, _periods(recipient, notices)), recipient.event_types, recipient.zone)
        links = self.links(digest.tenant_id, user.id, None)
        ours = {"preferences_url": links.preferences_url, "name": user.name, "user": data_of_user(user)}
        return Draft(
            recipients=(part.address,),
            content=Content(
                subject="",
                text=None,
                html=None,
                to=(Mailbox(part.address, user.name),),
                headers=links.headers,
                filling=Filling(data | ours),
            ),
            priority=Priority.NORMAL,
            on_uncertain=OnUncertain.HOLD,
            template=Wanted(TEMPLATE, user.locale or "", user.user_type or ""),
            metadata={"digest_id": digest.id},
            id=part.message_id,
            about=str(About(user.id, digest.id)),
        )


def _periods(recipient: Recipient, notices: Sequence[Notice]) -> dict[str, Delivery]:
    names = dict.fromkeys(notice.event_type for notice in notices)
    holding = {name: recipient.holding(name) for name in names}
    return {name: holds.choice.delivery for name, holds in holding.items() if holds}
