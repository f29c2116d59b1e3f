"""What every store of tokens must do, the one in memory and the one in DynamoDB."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from postroom.tokens.model import Current, Person, Purpose, Token
from postroom.tokens.ports import Tokens
from postroom.tokens.store import ROWS, CurrentTokenRow, DynamoTokens, LinkTokenRow
from tests.builders import a_token
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON
from tests.fakes.tokens import MemoryTokens

FIRST = Current("hash 1", "msg_1", NOON + timedelta(hours=1), sealed="sealed 1")
SECOND = Current("hash 2", "msg_2", NOON + timedelta(hours=2), sealed="sealed 2")
STRANGERS = [
    a_token(tenant_id="ten_b"),
    a_token(purpose=Purpose.EMAIL_VERIFICATION),
    a_token(purpose=Purpose.NOTIFICATION_ADDRESS, person=Person("ops@example.org", "ann", is_elsewhere=True)),
    a_token(purpose=Purpose.NOTIFICATION_ADDRESS, person=Person("other@example.org", "ann", is_elsewhere=True)),
    a_token(person=Person("Ann@example.com", "another")),
    a_token(person=Person("Ann@example.com")),
]


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[Tokens]:
    if request.param == "memory":
        yield MemoryTokens()
        return
    with tables("directory"):
        name_table(ROWS, "directory")
        yield DynamoTokens()


@pytest.mark.parametrize(
    "token",
    [
        a_token(),
        a_token(
            purpose=Purpose.INVITATION, person=Person("bob@example.org"), inviter="ann", user_type="viewer of reports"
        ),
    ],
)
def test_a_token_is_found_by_its_hash_as_it_was(store: Tokens, token: Token) -> None:
    store.add("hash", token)
    store.add("hash", token)

    assert store.find("ten_a", "hash") == token
    assert store.find("ten_b", "hash") is None
    assert store.find("ten_a", "another") is None


def test_the_token_of_a_later_order_counts_whichever_comes_last(store: Tokens) -> None:
    assert store.make_current(a_token(), FIRST) == FIRST
    after = replace(SECOND, replaced=("msg_1",))
    assert store.make_current(a_token(), SECOND) == after
    assert store.make_current(a_token(), FIRST) == after


def test_a_token_knows_the_latest_orders_before_it_also_when_it_is_asked_for_again(store: Tokens) -> None:
    for number in range(1, 6):
        store.make_current(a_token(), replace(FIRST, order=f"msg_{number}", hash=f"hash {number}"))

    again = store.make_current(a_token(), replace(FIRST, order="msg_5", hash="hash 6"))

    assert (again.hash, again.replaced) == ("hash 5", ("msg_4", "msg_3", "msg_2"))


def test_of_one_order_the_first_token_counts(store: Tokens) -> None:
    store.make_current(a_token(), FIRST)

    assert store.make_current(a_token(), replace(FIRST, hash="hash 3", sealed="sealed 3")) == FIRST


@pytest.mark.parametrize("stranger", STRANGERS)
def test_each_tenant_purpose_and_person_has_its_own_current_token(store: Tokens, stranger: Token) -> None:
    store.make_current(a_token(), SECOND)

    assert store.make_current(stranger, FIRST) == FIRST
    assert store.redeem(stranger, "hash 2", "mine", NOON) is None
    assert store.redeem(a_token(), "hash 2", "mine", NOON) == NOON


def test_an_address_is_the_same_person_however_its_letters_are_written(store: Tokens) -> None:
    store.make_current(a_token(person=Person("Zoë@Example.com")), FIRST)

    # The letter of the first one, in two code points.
    assert store.make_current(a_token(person=Person("ZOE\u0308@example.com")), SECOND).replaced == ("msg_1",)
    assert store.redeem(a_token(person=Person("Zoë@Example.com")), "hash 1", "mine", NOON) is None


def test_a_user_whose_address_changes_is_the_same_person(store: Tokens) -> None:
    store.make_current(a_token(), FIRST)
    store.make_current(a_token(person=Person("new@example.com", "ann")), SECOND)

    assert store.redeem(a_token(), "hash 1", "mine", NOON) is None


def test_a_token_is_redeemed_once_and_its_sealed_text_is_gone(store: Tokens) -> None:
    store.make_current(a_token(), FIRST)

    assert store.redeem(a_token(), "hash 1", "mine", NOON) == NOON
    assert store.redeem(a_token(), "hash 1", "another's", NOON) is None
    assert store.make_current(a_token(), FIRST) == replace(FIRST, sealed=None)


def test_a_redemption_whose_answer_was_lost_is_known_again(store: Tokens) -> None:
    store.make_current(a_token(), FIRST)
    store.redeem(a_token(), "hash 1", "mine", NOON)

    assert store.redeem(a_token(), "hash 1", "mine", NOON + timedelta(seconds=1)) == NOON


def test_what_was_replaced_or_never_counted_is_not_redeemed(store: Tokens) -> None:
    assert store.redeem(a_token(), "hash 1", "mine", NOON) is None
    store.make_current(a_token(), FIRST)
    store.make_current(a_token(), SECOND)

    assert store.redeem(a_token(), "hash 1", "mine", NOON) is None
    assert store.redeem(a_token(), "hash 2", "mine", NOON) == NOON


def test_the_rows_of_a_token_go_by_themselves_when_it_has_expired() -> None:
    with tables("directory"):
        name_table(ROWS, "directory")
        store = DynamoTokens()
        store.add("hash 1", a_token())
        store.make_current(a_token(), FIRST)

        ends = [row.scan().next().ttl for row in (LinkTokenRow, CurrentTokenRow)]

    assert ends == [FIRST.expires_at.timestamp()] * 2
