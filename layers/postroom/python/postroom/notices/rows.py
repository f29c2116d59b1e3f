"""The rows of notices in the notifications table."""

from datetime import datetime

from pynamodb.attributes import BooleanAttribute, NumberAttribute
from pynamodb.attributes import UnicodeAttribute as Text
from pynamodb.models import Model

from postroom.clock import from_milliseconds, moment_at, to_milliseconds
from postroom.notices import keys
from postroom.notices.facets import entries
from postroom.notices.model import Notice, NoticeStatus, Way


class NoticeRow(Model):
    """The attributes with the keys of lists are called as ``facets`` calls these."""

    class Meta:
        table_name = ""

    pk = Text(hash_key=True)
    sk = Text(range_key=True)
    ttl = NumberAttribute()

    event_type = Text()
    recipient = Text()
    subject = Text()
    status = Text()
    way = Text()
    created_ms = NumberAttribute()
    job_id = Text(null=True)
    job_type = Text(null=True)
    result_id = Text(null=True)
    critical = BooleanAttribute(null=True)
    link = Text(null=True)
    message_id = Text(null=True)
    digest_id = Text(null=True)
    due_ms = NumberAttribute(null=True)
    sent_ms = NumberAttribute(null=True)
    error = Text(null=True)
    tries = NumberAttribute(null=True)
    faults = NumberAttribute(null=True)
    leg = Text(null=True)
    revision = NumberAttribute()

    place = Text()
    by_tenant = Text()
    by_type = Text()
    by_job = Text(null=True)
    by_result = Text(null=True)
    by_recipient = Text()
    by_user_type = Text()
    by_job_type = Text(null=True)
    by_status = Text()
    by_type_status = Text()
    by_user_status = Text()
    by_job_status = Text(null=True)
    by_result_status = Text(null=True)
    by_recipient_status = Text()
    sent_place = Text(null=True)
    sent = Text(null=True)
    sent_by_type = Text(null=True)
    sent_by_user = Text(null=True)
    sent_by_job = Text(null=True)
    sent_by_result = Text(null=True)
    sent_by_recipient = Text(null=True)


ROWS = (NoticeRow,)


def notice_row(notice: Notice) -> NoticeRow:
    return NoticeRow(
        *keys.notice_key(notice.tenant_id, notice.user_id, notice.event_id),
        ttl=int(notice.kept_until.timestamp()),
        event_type=notice.event_type,
        recipient=notice.recipient,
        subject=notice.subject,
        status=notice.status.value,
        way=notice.way.value,
        created_ms=to_milliseconds(notice.created_at),
        job_id=notice.job_id,
        job_type=notice.job_type,
        result_id=notice.result_id,
        critical=notice.critical or None,
        link=notice.link,
        message_id=notice.message_id,
        digest_id=notice.digest_id,
        due_ms=_milliseconds(notice.due_at),
        sent_ms=_milliseconds(notice.sent_at),
        error=notice.error,
        tries=notice.tries or None,
        faults=notice.faults or None,
        leg=notice.leg,
        revision=notice.revision,
        **entries(notice),
    )


def notice_of(row: NoticeRow) -> Notice:
    user_id, event_id = keys.named_by(row.place)
    return Notice(
        tenant_id=keys.tenant_of(row.pk),
        user_id=user_id,
        event_id=event_id,
        event_type=row.event_type,
        recipient=row.recipient,
        subject=row.subject,
        status=NoticeStatus(row.status),
        way=Way(row.way),
        created_at=from_milliseconds(row.created_ms),
        kept_until=from_milliseconds(row.ttl * 1000),
        job_id=row.job_id,
        job_type=row.job_type,
        result_id=row.result_id,
        critical=bool(row.critical),
        link=row.link,
        message_id=row.message_id,
        digest_id=row.digest_id,
        due_at=moment_at(row.due_ms),
        sent_at=moment_at(row.sent_ms),
        error=row.error,
        tries=int(row.tries or 0),
        faults=int(row.faults or 0),
        leg=row.leg,
        revision=int(row.revision),
    )


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else to_milliseconds(moment)
