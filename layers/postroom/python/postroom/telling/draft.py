"""The mail that tells one user of one event at once."""

from postroom.messages.draft import Draft
from postroom.messages.model import Content, Mailbox, OnUncertain
from postroom.notices.model import About, Notice
from postroom.pages.model import Links
from postroom.telling.case import Case
from postroom.telling.data import data_of
from postroom.templates.model import Filling, Wanted


def draft_of(case: Case, notice: Notice, links: Links) -> Draft:
    """In the user's locale, and in the variant for the user's type. What is critical is rather told twice than not."""
    event, user = case.event, case.user
    return Draft(
        recipients=(notice.recipient,),
        content=Content(
            subject="",
            text=None,
            html=None,
            to=(Mailbox(notice.recipient, user.name),),
            headers=links.headers,
            filling=Filling(data_of(case, links)),
        ),
        priority=event.priority,
        on_uncertain=OnUncertain.RESEND if event.critical else OnUncertain.HOLD,
        template=Wanted(case.event_type.template, user.locale or "", user.user_type or ""),
        metadata={"event_id": event.id, "event_type": event.event_type},
        id=notice.message_id,
        about=str(About(user.id, event.id)),
    )
