"""Notices, and how they follow the mails that carry them."""

from collections.abc import Sequence

from postroom.bootstrap import aws
from postroom.notices.model import Notice
from postroom.notices.outcome import FollowMails
from postroom.notices.rows import ROWS
from postroom.notices.store import DynamoNotices
from postroom.settings import Settings


def build_notices(settings: Settings) -> DynamoNotices:
    aws.name(ROWS, settings.notifications_table)
    return DynamoNotices()


def build_follow_mails(settings: Settings) -> FollowMails:
    return FollowMails(build_notices(settings), _carried, _reconsider)


def _carried(_tenant_id: str, _digest_id: str, _message_id: str) -> Sequence[str]:
    return ()


def _reconsider(_notices: Sequence[Notice], _digest: bool) -> None:  # noqa: FBT001 - as its port
    return
