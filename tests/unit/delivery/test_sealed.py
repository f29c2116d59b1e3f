"""What is shown of a delivery whose mail had something sealed in it."""

import json
import secrets

import pytest

from postroom.delivery.model import Delivery, Phase, Reply, ReplyClass, Verdict
from postroom.delivery.sealed import Secrets, opened
from postroom.delivery.smtp.secrecy import MASK
from postroom.templates.model import Filling

TOKEN = secrets.token_urlsafe(32)
LINK = f"https://app.example.com/reset?lang=de&token={TOKEN}"


def the_secrets(link: str = LINK) -> Secrets:
    _, found = opened(Filling({}, json.dumps({"link": link})), lambda sealed: sealed)
    return found


def test_what_is_sealed_takes_the_place_of_data_of_its_name() -> None:
    filling, _ = opened(Filling({"a": 1, "link": "old"}, "zyx"), lambda sealed: json.dumps({"link": sealed[::-1]}))

    assert filling == Filling({"a": 1, "link": "xyz"})


def test_what_has_nothing_sealed_is_shown_as_it_was_said() -> None:
    filling, nothing = opened(Filling({"a": 1}), lambda _: pytest.fail("Nothing is sealed"))
    delivery = Delivery({"ann@example.com": Verdict(ReplyClass.POLICY, Phase.DATA, LINK)}, (LINK,))

    assert filling == Filling({"a": 1})
    assert nothing.hidden_in_delivery(delivery) is delivery
    assert nothing.hidden_in(LINK) == LINK


def test_words_reply_and_transcript_show_where_a_link_leads_and_not_its_token() -> None:
    refused = Verdict(ReplyClass.POLICY, Phase.FINAL_DOT, f"554 5.7.1 {LINK}", Reply(554, "5.7.1", LINK))
    taken = Verdict(ReplyClass.ACCEPTED, Phase.FINAL_DOT, "250 OK")

    shown = the_secrets().hidden_in_delivery(Delivery({"ann": refused, "bob": taken}, ("C: .", f"S: 554 {LINK}")))

    masked = LINK.replace(TOKEN, MASK)
    assert shown == Delivery(
        {
            "ann": Verdict(ReplyClass.POLICY, Phase.FINAL_DOT, f"554 5.7.1 {masked}", Reply(554, "5.7.1", masked)),
            "bob": taken,
        },
        ("C: .", f"S: 554 {masked}"),
    )


def test_a_sealed_text_in_which_nothing_looks_like_a_token_is_a_secret_as_a_whole() -> None:
    assert the_secrets("the code is 12345").hidden_in("What: the code is 12345?") == f"What: {MASK}?"


def test_a_secret_has_no_place_in_a_representation() -> None:
    assert TOKEN not in repr(the_secrets())
