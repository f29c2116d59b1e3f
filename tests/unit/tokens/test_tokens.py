"""Issuing and redeeming, over HTTP where a caller sees it, on a store in memory."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from postroom.idempotency.model import HEADER
from postroom.idempotency.run_once import RunOnce
from postroom.tenancy.model import Caller, Role
from postroom.tokens.issue import IssueToken
from postroom.tokens.model import Issued, Person, Purpose, Token
from postroom.tokens.redeem import RedeemToken
from postroom.tokens.routes import token_routes
from postroom.users.manage import FindUsers
from postroom.users.model import User
from postroom.web.api import Api
from postroom.web.routes import Routes
from tests.builders import a_token, a_user
from tests.fakes.http import Answer, authorised, request, send
from tests.fakes.idempotency import MemoryRecords
from tests.fakes.mails import PlainSealer
from tests.fakes.time import NOON, FakeClock
from tests.fakes.tokens import MemoryTokens
from tests.fakes.users import MemoryUsers

OPERATOR = Caller("ten_a", "key_a", Role.OPERATOR)
STRANGER = Caller("ten_b", "key_b", Role.OPERATOR)


class Office:
    def __init__(self) -> None:
        self.store, self.clock, routes = MemoryTokens(), FakeClock(), Routes()
        self.users = MemoryUsers()
        self.ann = a_user(email="ann@example.com")
        self.users.put(self.ann, None)
        self._issue = IssueToken(self.store, PlainSealer())
        token_routes(routes, RedeemToken(self.store, FindUsers(self.users), self.clock))
        self._api = Api(routes, RunOnce(MemoryRecords(), self.clock), self.clock)

    def issue(self, token: Token | None = None, order: str = "msg_1") -> str:
        issued = self._issue(token or a_token(), order)
        assert issued is not None
        return issued.text

    def issue_again(self, order: str, **changes: Any) -> Issued | None:  # noqa: ANN401 - any field of a token
        return self._issue(a_token(**changes), order)

    def change(self, **changes: Any) -> User:  # noqa: ANN401 - any field of a user
        """Of Ann."""
        seen, self.ann = self.ann, replace(self.ann, revision=self.ann.revision + 1, **changes)
        self.users.put(self.ann, seen)
        return self.ann

    def verify(
        self,
        token: object,
        purpose: str = "password_reset",
        caller: Caller = OPERATOR,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        body = {"token": token, "purpose": purpose}
        return send(self._api, authorised(request("POST", "/v1/tokens/verify", body, headers=headers), caller))


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_token_says_for_whom_it_was_issued_and_is_good_once(office: Office) -> None:
    text = office.issue()
    office.clock.advance(timedelta(minutes=59))

    first, second = office.verify(text), office.verify(text)

    assert first.status == 200
    assert first.json == {
        "purpose": "password_reset",
        "user_id": "ann",
        "email": "Ann@example.com",
        "redeemed_at": "2030-01-31T12:59:00Z",
        "inviter": None,
        "user_type": None,
    }
    assert second.status == 422


def test_an_invitation_says_who_invited_and_as_what(office: Office) -> None:
    text = office.issue(
        a_token(purpose=Purpose.INVITATION, person=Person("bob@example.org"), inviter="ann", user_type="editor")
    )

    answer = office.verify(text, "invitation").json

    assert (answer["user_id"], answer["email"]) == (None, "bob@example.org")
    assert (answer["inviter"], answer["user_type"]) == ("ann", "editor")


def test_whatever_is_wrong_with_a_token_the_answer_is_the_same(office: Office) -> None:
    replaced, good = office.issue(order="msg_1"), office.issue(order="msg_2")
    used, expired = (office.issue(a_token(person=Person("a@example.com", name))) for name in ("used", "expired"))
    office.verify(used)

    answers = [
        office.verify("A" * 43),
        office.verify(""),
        office.verify("é" * 43),
        office.verify("a" * 100_000),
        office.verify(f"{good} "),
        office.verify(replaced),
        office.verify(used),
        office.verify(good, caller=STRANGER),
        office.verify(good, "email_verification"),
    ]
    office.clock.advance(timedelta(hours=1))
    answers.append(office.verify(expired))

    assert {(answer.status, answer.text) for answer in answers} == {(422, answers[0].text)}
    assert list(answers[0].fields) == ["token"]


def test_a_token_ends_with_its_user_and_with_the_address_that_it_went_to(office: Office) -> None:
    unknown, text = office.verify("A" * 43), office.issue()

    office.change(email="ann@new.example")
    moved = office.verify(text)
    office.users.delete(office.ann)
    gone = office.verify(text)
    office.users.put(replace(office.ann, email="ann@another.example"), None)
    another = office.verify(text)

    assert {(answer.status, answer.text) for answer in (moved, gone, another)} == {(422, unknown.text)}


def test_a_token_outlives_other_changes_of_its_user_and_another_way_to_write_the_address(office: Office) -> None:
    text = office.issue()
    office.change(email="ANN@example.com", name="Ann B.")

    assert office.verify(text).status == 200


def test_what_was_refused_elsewhere_can_still_be_redeemed(office: Office) -> None:
    text = office.issue()

    office.verify(text, caller=STRANGER)
    office.verify(text, "invitation")

    assert office.verify(text).status == 200


def test_a_request_that_is_repeated_with_its_key_gets_the_first_answer(office: Office) -> None:
    text = office.issue()

    answers = [office.verify(text, headers={HEADER.lower(): "once"}) for _ in range(2)]

    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].text == answers[1].text


def test_tokens_have_43_random_characters_and_are_stored_as_hashes_alone(office: Office) -> None:
    texts = [office.issue(order=f"msg_{number:03}") for number in range(100)]

    assert len(set(texts)) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", text) for text in texts)
    assert all(re.fullmatch(r"[0-9a-f]{64}", token_hash) for _, token_hash in office.store.tokens)
    assert not any(text in repr(office.store.tokens) for text in texts)


def test_what_is_asked_again_gets_the_same_token_as_long_as_it_counts(office: Office) -> None:
    text = office.issue(order="msg_1")

    assert office.issue_again("msg_1") == Issued(text, a_token().expires_at)
    office.verify(text)
    assert office.issue_again("msg_1") is None


def test_what_is_asked_again_gets_the_end_that_its_token_has(office: Office) -> None:
    text = office.issue(order="msg_1")

    again = office.issue_again("msg_1", expires_at=NOON + timedelta(minutes=5))

    assert again == Issued(text, NOON + timedelta(hours=1))


def test_what_comes_late_gets_no_token_and_leaves_the_newer_one_alone(office: Office) -> None:
    newer = office.issue(order="msg_2")

    assert office.issue_again("msg_1") is None
    assert office.verify(newer).status == 200
