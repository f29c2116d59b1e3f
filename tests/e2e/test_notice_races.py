"""What is told of mails reaches their notices from several workers at once, in any order and more than once."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from postroom.bootstrap.notifications_table import build_notices
from postroom.messages.model import Message, Status
from postroom.notices.model import OF_MAIL, About, Notice, NoticeStatus
from postroom.notices.outcome import FollowMails
from postroom.notices.store import DynamoNotices
from postroom.settings import read_settings
from tests.builders import a_message, a_notice
from tests.fakes.time import NOON
from tests.faults.bare_aws import bare_aws

SEED = 20_261_120
WORKERS = 6
TOLD = (Status.UNCERTAIN, Status.SENT, Status.BOUNCED)


@pytest.fixture(scope="module")
def notices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DynamoNotices]:
    with bare_aws(tmp_path_factory.mktemp("aws")) as aws, aws.here(aws.settings("unused")):
        yield build_notices(read_settings(os.environ))


def test_in_the_end_each_notice_is_what_its_mail_became(notices: DynamoNotices) -> None:
    ended = raced(notices, FollowMails(notices, lambda *_: (), lambda *_: None), "ten_a")

    assert {notice.status for notice in ended} == {NoticeStatus.BOUNCED}
    assert {notice.sent_at for notice in ended} == {NOON}
    assert all(2 <= notice.revision <= 1 + len(TOLD) for notice in ended)  # nothing was noted twice


def test_who_believes_the_last_word_ends_with_an_older_one(notices: DynamoNotices) -> None:
    # The naive control: reads, and writes what it was told, whatever is known by then.
    def naive(messages: Sequence[Message]) -> None:
        for message in messages:
            about = About.read(message.about or "")
            [seen] = notices.get_many(message.tenant_id, [(about.user_id, about.subject_id)]).values()
            notices.replace(seen, replace(seen, status=OF_MAIL[message.status]))

    ended = raced(notices, naive, "ten_b")

    assert {notice.status for notice in ended} != {NoticeStatus.BOUNCED}


def raced(notices: DynamoNotices, follow: Callable[[Sequence[Message]], None], tenant_id: str) -> list[Notice]:
    """Twenty notices, of whose mails everything is told twice, to several workers."""
    chance = Random(SEED)
    there = notices.add(
        [
            a_notice(tenant_id=tenant_id, event_id=f"evt_{number}", message_id=f"msg_{number}", tries=1)
            for number in range(20)
        ]
    )
    told = [_mail(notice, status) for notice in there for status in TOLD] * 2
    chance.shuffle(told)
    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(follow, [told[start : start + 5] for start in range(0, len(told), 5)]))
    found = notices.get_many(tenant_id, [(notice.user_id, notice.event_id) for notice in there])
    return list(found.values())


def _mail(notice: Notice, status: Status) -> Message:
    return a_message(
        tenant_id=notice.tenant_id,
        id=notice.message_id,
        status=status,
        about=str(About(notice.user_id, notice.event_id)),
        sent_at=None if status is Status.UNCERTAIN else NOON,
        expires_at=NOON + timedelta(hours=72),
    )
