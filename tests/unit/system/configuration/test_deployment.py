from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from postroom.system.asked import Asked
from postroom.system.configuration import deployment, queues
from postroom.system.configuration.deployed import Chosen, Deployment
from postroom.system.configuration.ports import Listeners
from postroom.system.model import Gauge, Guide, WatchedQueue
from tests.fakes.checks import wrong

CHECKS = (*deployment.CHECKS, *queues.CHECKS)
HIGH = WatchedQueue("high", "url", timedelta(minutes=5), "sender", Guide.OLD_MAIL, Guide.DEAD_LETTERS, at_least=6)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


CHOSEN = Chosen(
    local=False,
    public_url="https://mail.acme.com",
    message_lifetime=timedelta(hours=72),
    retention=timedelta(days=90),
    lease=seconds(90),
    client_ids={"google": "client"},
)
GAUGE = Gauge(0, 0, 0, seconds(370), "dead")
WELL = Deployment(
    chosen=CHOSEN,
    on_aws=True,
    queues=((HIGH, Asked(GAUGE)),),
    may_run={"sender": Asked(seconds(60))},
    tables={"messages": Asked(value=True)},
    bucket=Asked(value=True),
    listeners=Asked(Listeners(1, 0)),
    sealing=Asked(value=True),
    client_secrets={"google": Asked(value=True)},
    skew=Asked(seconds(0.4)),
)


def checked(chosen: dict[str, Any] | None = None, **changes: Any) -> dict[str, list[tuple[str, str]]]:  # noqa: ANN401
    return wrong(CHECKS, replace(WELL, chosen=replace(CHOSEN, **chosen or {}), **changes))


def only(code: str, chosen: dict[str, Any] | None = None, **changes: Any) -> tuple[str, str]:  # noqa: ANN401
    found = checked(chosen, **changes)
    assert list(found) == [code]
    [told] = found[code]
    return told


def hidden(number: float, dead: str | None = "dead") -> Any:  # noqa: ANN401 - the field of the same name
    return ((HIGH, Asked(replace(GAUGE, hidden_for=seconds(number), dead_letters_url=dead))),)


def test_a_deployment_as_the_template_makes_it_is_well() -> None:
    assert checked() == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"queues": ((HIGH, Asked(None, "Gone")),)},
        {"may_run": {"sender": Asked(None, "Gone")}},
        {"tables": {"messages": Asked(None, "Gone")}},
        {"bucket": Asked(None, "Gone")},
        {"listeners": Asked(None, "Gone")},
        {"sealing": Asked(None, "Gone")},
        {"client_secrets": {"google": Asked(None, "Gone")}},
        {"skew": Asked(None, "Gone")},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_does_not_answer_is_one_error_and_nothing_is_guessed_of_it(changes: dict[str, Any]) -> None:
    level, words = only("reachable", **changes)

    assert level == "error"
    assert words.endswith("could not be asked (Gone)")


def test_a_bucket_that_is_gone_is_an_error() -> None:
    assert only("bucket", bucket=Asked(value=False))[0] == "error"


def test_a_queue_must_hide_a_message_for_as_long_as_it_is_handled() -> None:
    assert checked(queues=hidden(360)) == {}
    assert only("visibility", queues=hidden(359))[0] == "warning"
    found = checked(queues=hidden(59))
    assert found["visibility"][0][0] == "error"


def test_the_lease_lies_between_what_a_sender_may_take_and_what_its_queue_hides() -> None:
    assert only("lease", {"lease": seconds(60)})[0] == "error"
    assert only("lease", {"lease": seconds(370)})[0] == "warning"


def test_a_queue_that_puts_nothing_aside_is_an_error() -> None:
    assert only("dead_letters", queues=hidden(370, dead=None))[0] == "error"


def test_a_table_that_keeps_everything_is_told() -> None:
    assert only("time_to_live", tables={"messages": Asked(value=False)})[1].startswith("the messages table keeps rows")


def test_a_message_that_may_wait_longer_than_it_is_kept_is_told() -> None:
    level, words = only("lifetime", {"message_lifetime": timedelta(days=91)})

    assert (level, "(2160 hours)" in words) == ("warning", True)


def test_alarms_need_somebody_who_has_confirmed() -> None:
    assert only("alarms", listeners=Asked(Listeners(0, 0)))[1] == "alarms Nobody is told of alarms"
    assert "has not confirmed" in only("alarms", listeners=Asked(Listeners(0, 1)))[1]
    assert checked(listeners=Asked(Listeners(0, 0)), on_aws=False) == {}


def test_its_address_must_be_known_where_consents_are_asked_for_and_be_encrypted() -> None:
    assert only("public_url", {"public_url": ""})[0] == "error"
    assert checked({"public_url": "", "client_ids": {}}) == {}
    assert only("public_url", {"public_url": "http://mail.acme.com"})[0] == "error"


def test_a_client_without_its_secret_is_an_error() -> None:
    level, words = only("oauth2", client_secrets={"google": Asked(value=False)})

    assert (level, words.startswith("OAuth2 for google has a client id, but no secret")) == ("error", True)


def test_without_the_sealing_secret_no_link_can_be_sent() -> None:
    assert only("sealing", sealing=Asked(value=False))[0] == "error"


@pytest.mark.parametrize(("ahead", "level"), [(-31, "warning"), (31, "warning"), (-300, "error"), (9_000, "error")])
def test_a_clock_that_is_wrong_is_told(ahead: float, level: str) -> None:
    told, words = only("clock", skew=Asked(seconds(ahead)))

    assert told == level
    assert ("ahead of" if ahead > 0 else "behind") in words


def test_local_mode_is_for_no_aws() -> None:
    assert only("local_mode", {"local": True})[0] == "error"
    assert checked({"local": True}, on_aws=False) == {}
