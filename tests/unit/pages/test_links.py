"""Tokens and the links that they are in."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from postroom.delivery.mime.headers import text_field
from postroom.errors import NotFound
from postroom.messages.model import is_our_header
from postroom.pages import token
from postroom.pages.links import SealedLinks
from postroom.pages.model import Link, Links
from postroom.pages.open import OpenLink
from postroom.sealing import Sealer
from postroom.users.manage import FindUsers
from postroom.users.model import ID
from tests.builders import a_user
from tests.fakes.pages import LocalSeal, MemoryRevocations
from tests.fakes.tables import ENVIRONMENT
from tests.fakes.time import NOON, FakeClock
from tests.fakes.users import MemoryUsers

SECRET = "postroom-sealing/test"
LINK = Link("ten_a", "ann", "job_failed", NOON)


@pytest.fixture
def client() -> Iterator[Any]:
    with patch.dict("os.environ", ENVIRONMENT), mock_aws():
        client = boto3.client("secretsmanager")
        client.create_secret(Name=SECRET, SecretString="first")
        yield client


@pytest.fixture
def sealer(client: Any) -> Sealer:  # noqa: ANN401 - a boto3 client
    return Sealer(client, SECRET)


LOCAL = LocalSeal()


@given(
    user_id=st.from_regex(ID, fullmatch=True),
    event_type=st.none() | st.from_regex(r"[a-z][a-z0-9_]{0,63}", fullmatch=True),
)
def test_a_token_says_whose_it_is_and_may_stand_in_a_url_as_it_is(user_id: str, event_type: str | None) -> None:
    link = Link("ten_01jd3v8qk2xy", user_id, event_type, NOON)

    sealed = token.seal(link, LOCAL)

    assert token.unseal(sealed, LOCAL) == link
    assert sealed.replace("-", "").replace("_", "").isalnum()
    assert len(sealed) < 400


@pytest.mark.parametrize(
    "change", ["cut", "longer", "first letter", "a letter within", "last byte", "reversed", "case"]
)
def test_a_token_that_was_changed_is_none(sealer: Sealer, change: str) -> None:
    sealed = token.seal(LINK, sealer)
    other = "B" if sealed[80] != "B" else "C"
    changed = {
        "cut": sealed[:-20],
        "longer": sealed + "AAAA",
        "first letter": "h" + sealed[1:],
        "a letter within": sealed[:80] + other + sealed[81:],
        "last byte": sealed[:-6] + "AAAA" + sealed[-2:],
        "reversed": sealed[::-1],
        "case": sealed.swapcase(),
    }[change]

    with pytest.raises(NotFound):
        token.unseal(changed, sealer)


@pytest.mark.parametrize(
    "text", ["", "x", "a" * 100, "a" * 10_000, "é" * 150, "a" * 99 + "\r\n", " " * 200, "%00" * 50]
)
def test_what_is_no_token_is_none(sealer: Sealer, text: str) -> None:
    with pytest.raises(NotFound):
        token.unseal(text, sealer)


def test_a_seal_of_another_purpose_or_another_key_is_no_token(client: Any, sealer: Sealer) -> None:  # noqa: ANN401
    client.create_secret(Name="another", SecretString="another")
    link_with_token = sealer.seal('{"link": "https://app.example.com/reset?token=abc and some more words"}')
    foreign = token.seal(LINK, Sealer(client, "another"))

    for text in (link_with_token.rstrip("="), foreign):
        with pytest.raises(NotFound):
            token.unseal(text, sealer)


def test_a_rotation_of_the_secret_leaves_links_as_they_were(client: Any, sealer: Sealer) -> None:  # noqa: ANN401
    before = token.seal(LINK, sealer)

    client.put_secret_value(SecretId=SECRET, SecretString="second")

    assert token.unseal(before, Sealer(client, SECRET)) == LINK
    assert token.unseal(before, sealer) == LINK


def test_a_notice_has_two_links_and_a_digest_one(sealer: Sealer) -> None:
    make = SealedLinks("https://mail.example.org/", sealer, lambda: NOON)

    notice, digest = make("ten_a", "ann", "job_failed"), make("ten_a", "ann", None)

    assert notice.preferences_url.startswith("https://mail.example.org/pages/preferences?token=")
    assert notice.less_url.startswith("https://mail.example.org/pages/less?token=")
    assert "ann" not in notice.less_url
    assert digest.less_url == ""
    [of_digest] = parse_qs(urlsplit(digest.preferences_url).query)["token"]
    assert token.unseal(of_digest, sealer) == Link("ten_a", "ann", None, NOON)


def test_where_nobody_knows_the_address_of_the_api_there_are_no_links(sealer: Sealer) -> None:
    assert SealedLinks("", sealer, lambda: NOON)("ten_a", "ann", "job_failed") == Links()


def test_many_links_are_made_without_reading_the_secret_again(client: Any) -> None:  # noqa: ANN401
    sealer = Sealer(client, SECRET)
    make = SealedLinks("https://mail.example.org", sealer, lambda: NOON)
    make("ten_a", "ann", "job_failed")
    client.delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)

    assert len({make("ten_a", f"user-{number}", None).preferences_url for number in range(2000)}) == 2000


def test_mail_programs_get_a_button_for_one_kind_or_for_all(sealer: Sealer) -> None:
    make = SealedLinks("https://mail.example.org", sealer, lambda: NOON)
    notice, digest = make("ten_a", "ann", "job_failed"), make("ten_a", "ann", None)

    post = ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    assert notice.headers == (("List-Unsubscribe", f"<{notice.less_url}>"), post)
    assert digest.headers == (("List-Unsubscribe", f"<{digest.preferences_url}>"), post)
    assert Links().headers == ()


def test_the_headers_may_be_set_and_are_not_broken(sealer: Sealer) -> None:
    longest = "u" * 64
    links = SealedLinks("https://mail.example.org", sealer, lambda: NOON)("ten_" + "a" * 26, longest, "e" * 64)

    for name, value in links.headers:
        assert not is_our_header(name)
        lines = text_field(name, value).wire.removesuffix(b"\r\n").split(b"\r\n")
        assert value in b"".join(lines).decode()
        assert max(map(len, lines)) < 998


class Door:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.users = MemoryUsers()
        self.revocations = MemoryRevocations()
        self.users.put(a_user(id="ann", created_at=self.clock()), None)
        self.open = OpenLink(LOCAL, FindUsers(self.users), self.revocations, self.clock)

    def token(self, user_id: str = "ann", tenant_id: str = "ten_a", **ago: float) -> str:
        return token.seal(Link(tenant_id, user_id, None, self.clock() - timedelta(**ago)), LOCAL)


@pytest.fixture
def door() -> Door:
    return Door()


def test_a_link_opens_for_a_year(door: Door) -> None:
    text = door.token()

    door.clock.advance(timedelta(days=365) - timedelta(seconds=1))
    assert door.open(text).user_id == "ann"
    door.clock.advance(timedelta(seconds=1))
    with pytest.raises(NotFound):
        door.open(text)


def test_links_of_nobody_and_of_another_tenants_user_do_not_open(door: Door) -> None:
    for text in (door.token("bob"), door.token("ann", "ten_b")):
        with pytest.raises(NotFound):
            door.open(text)


def test_a_users_links_end_with_the_user_also_for_the_next_one_with_the_id(door: Door) -> None:
    text = door.token()
    ann = FindUsers(door.users).one("ten_a", "ann")
    door.users.delete(ann)
    with pytest.raises(NotFound):
        door.open(text)

    door.clock.advance(timedelta(minutes=1))
    door.users.put(a_user(id="ann", created_at=door.clock()), None)

    with pytest.raises(NotFound):
        door.open(text)
    assert door.open(door.token()).user_id == "ann"


def test_revoked_links_stay_so_when_the_user_is_made_anew_at_once(door: Door) -> None:
    text = door.token()
    door.revocations.revoke("ten_a", "ann", door.clock())

    door.users.delete(FindUsers(door.users).one("ten_a", "ann"))
    door.users.put(a_user(id="ann", created_at=door.clock()), None)

    with pytest.raises(NotFound):
        door.open(text)


def test_a_link_opens_that_was_made_by_a_clock_which_is_a_little_slow(door: Door) -> None:
    assert door.open(door.token(milliseconds=900)).user_id == "ann"


def test_revoked_links_do_not_open_and_later_ones_do(door: Door) -> None:
    text = door.token()

    door.revocations.revoke("ten_a", "ann", door.clock())
    with pytest.raises(NotFound):
        door.open(text)

    door.clock.advance(timedelta(milliseconds=1))
    assert door.open(door.token()).user_id == "ann"
