"""What stands on the queue between who asks and who makes."""

import json
from datetime import timedelta

import pytest

from local.place import ROOT
from postroom.ids import Seed
from postroom.mails.model import Kind, MailRequest
from postroom.mails.queue import read_request, write_request
from tests.fakes.time import NOON

SEED = Seed(NOON + timedelta(microseconds=1), "0123456789abcdef")
REQUESTS = [
    MailRequest("ten_a", Kind.WELCOME, SEED, user_id="ann"),
    MailRequest("ten_a", Kind.WELCOME, SEED, user_id="ann", put_at=NOON + timedelta(minutes=59)),
    MailRequest("ten_a", Kind.PASSWORD_RESET, SEED, email="zoë@example.com", base_url="https://app.example.com"),
    MailRequest(
        "ten_a",
        Kind.INVITATION,
        SEED,
        email="bob@example.org",
        base_url="https://app.example.com/" + "a" * 1900,
        inviter="ann",
        user_type="viewer",
        locale="de-AT",
        account_id="acc_1",
        pool_id="pool_1",
    ),
]
OF_THE_FIRST_VERSION = json.loads((ROOT / "events/mails.json").read_text())["Records"][0]["body"]


@pytest.mark.parametrize("request_", REQUESTS)
def test_a_request_comes_out_as_it_was_put_in(request_: MailRequest) -> None:
    assert read_request(write_request(request_)) == request_
    assert read_request(write_request(request_)).id == request_.id
    assert len(write_request(request_)) < 256 * 1024


def test_a_payload_of_the_first_version_can_be_read_and_what_is_added_later_does_no_harm() -> None:
    read = read_request(OF_THE_FIRST_VERSION)
    later = json.dumps(json.loads(OF_THE_FIRST_VERSION) | {"version": 2, "colour": "blue"})

    assert (read.kind, read.email) == (Kind.PASSWORD_RESET, "ann@example.com")
    assert read_request(later) == read


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "farewell"},
        {"tenant_id": None},
        {"moment": "2026-11-20T14:00:00"},
        {"moment": "yesterday"},
        {"moment": 1},
        {"put_at": "2026-11-20T14:00:00"},
        {"put_at": None},
        {"entropy": 5},
        {"email": ["ann@example.com"]},
        {"base_url": None},
    ],
)
def test_what_is_no_request_is_known_as_such(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not a request"):
        read_request(json.dumps(json.loads(OF_THE_FIRST_VERSION) | changes))


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"text"', "[" * 100_000, "{}"])
def test_what_is_not_even_json_of_ours_is_known_as_such(body: str) -> None:
    with pytest.raises(ValueError, match="not a request"):
        read_request(body)
