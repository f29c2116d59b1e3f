"""Users are told of events as a function does it, with the tables, the queues and the secret in moto."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

import boto3
import pytest
from cryptography.fernet import Fernet

from postroom.bootstrap.messages import build_messages
from postroom.bootstrap.notifications_table import build_digests, build_events, build_notices
from postroom.bootstrap.preferences import build_preferences
from postroom.bootstrap.telling import build_give_up, build_reconsider, build_still_wanted, build_tell_users
from postroom.bootstrap.users import build_users
from postroom.clock import system_clock
from postroom.event_types.model import BUILT_IN
from postroom.events.model import Event
from postroom.ids import Seed
from postroom.messages import life
from postroom.messages.model import Message
from postroom.notices.model import Notice, NoticeStatus
from postroom.preferences.model import Delivery, UserSettings
from postroom.preferences.store import DynamoUserSettings
from postroom.settings import Settings, read_settings
from postroom.telling.still_wanted import NOT_WANTED
from tests.builders import a_preference, a_user
from tests.fakes.tables import tables
from tests.fakes.telling_office import TENANT, an_event
from tests.integration.test_keys_over_http import SETTINGS

SUCCESS = BUILT_IN["job_success"]


@pytest.fixture
def settings() -> Iterator[Settings]:
    with tables("accounts", "messages", "directory", "notifications"):
        sqs, secrets = boto3.client("sqs"), boto3.client("secretsmanager")
        urls = {f"QUEUE_{name}_URL": sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("HIGH", "NORMAL", "LOW")}
        secrets.create_secret(Name="links", SecretString=Fernet.generate_key().decode())
        more = {
            "NOTIFICATIONS_TABLE": "notifications",
            "LINKS_SECRET": "links",
            "PUBLIC_URL": "https://mail.example.org",
        }
        with patch.dict("os.environ", SETTINGS | urls | more):
            yield read_settings(os.environ)


def add_user(settings: Settings, user_id: str, **changes: object) -> None:
    user = a_user(id=user_id, email=f"{user_id}@example.com", created_at=system_clock() - timedelta(days=1))
    build_users(settings).put(user, None)
    wanted = a_preference(user_id=user_id, event_type="job_success", **changes)
    build_preferences(settings).put(wanted, None)


def an_event_now(number: int = 0) -> Event:
    return an_event(number, created_at=system_clock().replace(microsecond=0) + timedelta(milliseconds=number))


def notice_of(settings: Settings, event: Event, user_id: str) -> Notice:
    return build_notices(settings).get_many(TENANT, [(user_id, event.id)])[user_id, event.id]


def mail_of(settings: Settings, notice: Notice) -> Message:
    found = build_messages(settings).get(TENANT, notice.message_id or "")
    assert found is not None
    return found


def test_each_is_told_the_way_they_want_and_once(settings: Settings) -> None:
    for user_id, delivery in (("ann", Delivery.IMMEDIATE), ("bob", Delivery.DAILY)):
        add_user(settings, user_id, delivery=delivery)
    add_user(settings, "cid", enabled=False)
    tell, event = build_tell_users(settings), an_event_now()

    told = [tell(event, SUCCESS, ("ann", "bob", "cid", "dan")) for _ in range(2)]

    assert told == [{"immediate": 1, "digest": 1, "not_wanted": 1, "unknown_user": 1}] * 2
    mail, in_digest = mail_of(settings, notice_of(settings, event, "ann")), notice_of(settings, event, "bob")
    assert (list(mail.recipients), mail.about) == (["ann@example.com"], f"ann~{event.id}")
    [event_id] = build_digests(settings).event_ids(TENANT, in_digest.digest_id or "")
    assert event_id == event.id
    assert build_still_wanted(settings)(TENANT, [mail]) == {}


def test_too_much_at_once_is_in_a_digest(settings: Settings) -> None:
    add_user(settings, "ann")
    DynamoUserSettings().replace(TENANT, "ann", UserSettings(), UserSettings(most_per_hour=1, revision=1))
    tell = build_tell_users(settings)

    told = [tell(an_event_now(number), SUCCESS, ("ann",)) for number in range(3)]

    assert told == [{"immediate": 1}, {"throttled": 1}, {"throttled": 1}]


def test_what_is_not_wanted_any_more_is_found_out_and_decided_about_anew(settings: Settings) -> None:
    add_user(settings, "ann")
    event = an_event_now()
    build_events(settings).add(event)
    build_tell_users(settings)(event, SUCCESS, ("ann",))
    seen, preferences = notice_of(settings, event, "ann"), build_preferences(settings)
    mail, before = mail_of(settings, seen), preferences.get(TENANT, "ann~job_success")
    assert before is not None
    opted_out = a_preference(event_type="job_success", enabled=False, revision=2)
    preferences.put(opted_out, before)

    assert build_still_wanted(settings)(TENANT, [mail]) == {mail.id: NOT_WANTED}
    ended = build_messages(settings).change(TENANT, mail.id, life.unwished(mail, NOT_WANTED, system_clock())).row
    assert ended is not None
    preferences.put(a_preference(event_type="job_success", delivery=Delivery.HOURLY, revision=3), opted_out)
    for _ in range(2):
        build_reconsider(settings)(ended, [notice_of(settings, event, "ann")])

    notice = notice_of(settings, event, "ann")
    assert (notice.status, notice.message_id, notice.revision) == (NoticeStatus.PENDING, None, 2)
    assert build_digests(settings).event_ids(TENANT, notice.digest_id or "")


def test_what_was_said_of_an_event_that_comes_to_no_end_has_failed(settings: Settings) -> None:
    for user_id in ("ann", "bob"):
        add_user(settings, user_id)
    event = an_event_now()
    build_tell_users(settings)(event, SUCCESS, ("ann",))
    told = notice_of(settings, event, "ann")
    build_notices(settings).add([replace(told, user_id="bob", message_id=Seed.fresh(event.created_at).id("msg"))])

    build_give_up(settings)(event, "It came to no end")

    ended = notice_of(settings, event, "bob")
    assert (ended.status, ended.error) == (NoticeStatus.FAILED, "It came to no end")
    assert notice_of(settings, event, "ann") == told
