"""What the table of notifications keeps."""

from postroom.bootstrap import aws
from postroom.digests import rows as digest_rows
from postroom.digests.store import DynamoDigests
from postroom.events import rows as event_rows
from postroom.events.store import DynamoEvents
from postroom.notices import rows as notice_rows
from postroom.notices.store import DynamoNotices
from postroom.settings import Settings
from postroom.telling import store as telling_store
from postroom.telling.store import DynamoToldLately


def build_events(settings: Settings) -> DynamoEvents:
    aws.name(event_rows.ROWS, settings.notifications_table)
    return DynamoEvents()


def build_notices(settings: Settings) -> DynamoNotices:
    aws.name(notice_rows.ROWS, settings.notifications_table)
    return DynamoNotices()


def build_digests(settings: Settings) -> DynamoDigests:
    aws.name(digest_rows.ROWS, settings.notifications_table)
    return DynamoDigests()


def build_told_lately(settings: Settings) -> DynamoToldLately:
    aws.name(telling_store.ROWS, settings.notifications_table)
    return DynamoToldLately()
