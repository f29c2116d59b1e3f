"""What follows the stream of the messages table, as Lambda calls it, with DynamoDB in moto."""

import copy
import json
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import EndpointConnectionError
from pynamodb.connection import Connection

from functions.outcomes import app
from local.place import ROOT
from postroom.errors import PostroomError
from postroom.messages.model import Status
from postroom.messages.streamed import messages_in
from postroom.notices.model import OF_MAIL, Notice, NoticeStatus
from postroom.notices.store import DynamoNotices
from tests.builders import SAID_BY_GMAIL, a_notice
from tests.fakes.tables import tables, template
from tests.integration.test_keys_over_http import SETTINGS

SAMPLE = json.loads((ROOT / "events/outcomes.json").read_text())
[MESSAGE] = messages_in(SAMPLE["Records"])
NOTICE = a_notice(
    tenant_id=MESSAGE.tenant_id, event_id=(MESSAGE.about or "").split("~")[1], message_id=MESSAGE.id, tries=1
)


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with (
        tables("messages", "notifications"),
        patch.dict("os.environ", SETTINGS | {"NOTIFICATIONS_TABLE": "notifications"}),
    ):
        app._follow.cache_clear()
        yield
        app._follow.cache_clear()


def handle(event: dict[str, Any]) -> None:
    app.handler(event, LambdaContext())


def stored() -> Notice:
    [found] = DynamoNotices().get_many(NOTICE.tenant_id, [(NOTICE.user_id, NOTICE.event_id)]).values()
    return found


def test_the_sample_event_makes_a_notice_sent() -> None:
    app._follow()
    DynamoNotices().add([NOTICE])

    handle(SAMPLE)

    assert stored().status is NoticeStatus.SENT
    assert stored().sent_at == MESSAGE.sent_at


def test_a_message_is_read_from_the_stream_as_it_was_written() -> None:
    assert MESSAGE.attempts[0].transcript == SAID_BY_GMAIL
    assert MESSAGE.recipients


def test_what_cannot_be_read_is_left_out_and_told_of(caplog: pytest.LogCaptureFixture) -> None:
    broken = copy.deepcopy(SAMPLE["Records"][0])
    broken["dynamodb"]["NewImage"]["status"]["S"] = "unheard of"
    gone = {"eventName": "REMOVE", "dynamodb": {"Keys": {}}}

    assert messages_in([broken, gone, *SAMPLE["Records"]]) == [MESSAGE]
    assert caplog.messages == ["A message in the stream cannot be read"]


def test_it_fails_whole_when_the_table_does_not_answer() -> None:
    # Lambda brings it again, and everything in it may be repeated.
    app._follow()
    DynamoNotices().add([NOTICE])
    silence = EndpointConnectionError(endpoint_url="https://dynamodb.example.com")

    with patch.object(Connection, "_make_api_call", side_effect=silence), pytest.raises(PostroomError):
        handle(SAMPLE)
    assert stored() == NOTICE

    handle(SAMPLE)
    assert stored().status is NoticeStatus.SENT


def test_the_stream_brings_what_a_notice_follows_and_nothing_else() -> None:
    [source] = template()["Resources"]["OutcomesFunction"]["Properties"]["Events"].values()
    [pattern] = [json.loads(one["Pattern"]) for one in source["Properties"]["FilterCriteria"]["Filters"]]

    image = pattern["dynamodb"]["NewImage"]

    ends = {status.value for status in Status if OF_MAIL[status] is not NoticeStatus.PENDING}
    assert set(image["status"]["S"]) == ends
    assert image["about"]["S"] == [{"exists": True}]
    assert image.keys() == {"status", "about"}


def test_the_stream_is_of_the_whole_rows_of_messages() -> None:
    table = template()["Resources"]["MessagesTable"]["Properties"]

    assert table["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}
