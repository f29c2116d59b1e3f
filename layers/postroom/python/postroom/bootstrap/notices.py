"""Notices, and how they follow the mails that carry them."""

from collections.abc import Sequence

from postroom.bootstrap.notifications_table import build_digests, build_notices
from postroom.bootstrap.when_used import when_used
from postroom.notices.outcome import FollowMails
from postroom.notices.ports import Carried, Reconsider
from postroom.settings import Settings


def build_follow_mails(settings: Settings) -> FollowMails:
    return FollowMails(build_notices(settings), _carried(settings), _reconsider(settings))


def _carried(settings: Settings) -> Carried:
    digests = build_digests(settings)

    def carried(tenant_id: str, digest_id: str, message_id: str) -> Sequence[str]:
        plan = digests.planned(tenant_id, digest_id)
        parts = plan.parts if plan else ()
        return [event_id for part in parts if part.message_id == message_id for event_id in part.event_ids]

    return carried


def _reconsider(settings: Settings) -> Reconsider:
    def build() -> Reconsider:
        # What is told anew needs templates and all, and few mails are ended so.
        from postroom.bootstrap.telling import build_reconsider  # noqa: PLC0415

        return build_reconsider(settings)

    return when_used(build)
