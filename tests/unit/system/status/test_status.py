"""What a key is told of the system."""

from datetime import timedelta

from postroom.accounts.days import epoch_hour
from postroom.accounts.model import AccountStatus
from postroom.messages.model import Status
from postroom.system.model import Gauge, Run
from postroom.tenancy.model import Role
from tests.fakes.time import NOON
from tests.unit.system.status.conftest import Desk

MINUTE = timedelta(minutes=1)
THIS_HOUR = epoch_hour(NOON)
HIDDEN = timedelta(seconds=370)


def test_where_all_is_well_it_says_so(desk: Desk) -> None:
    told = desk.status()

    assert (told["healthy"], told["problems"], told["unavailable"]) == (True, [], {})
    assert told["at"] == "2030-01-31T12:00:00Z"


def test_a_queue_is_told_with_what_is_on_it_and_the_age_of_the_oldest(desk: Desk) -> None:
    desk.gauges.gauges["high"] = Gauge(visible=3, in_flight=2, delayed=1, hidden_for=HIDDEN, dead_letters_url="dead")
    desk.gauges.told["high"] = timedelta(seconds=75)

    high, low = desk.status()["queues"]

    assert high == {
        "name": "high",
        "visible": 3,
        "in_flight": 2,
        "delayed": 1,
        "oldest_seconds": 75.0,
        "oldest_because": None,
        "too_old_seconds": 300.0,
    }
    assert (low["oldest_seconds"], low["oldest_because"]) == (None, "Nothing waits")


def test_an_age_that_nobody_knows_is_null_with_its_reason(desk: Desk) -> None:
    desk.gauges.gauges["high"] = Gauge(3, 0, 0, HIDDEN, "dead")
    untold = desk.status()["queues"][0]
    desk.gauges.untold = True

    unanswered = desk.status()

    assert (untold["oldest_seconds"], untold["oldest_because"]) == (None, "no figure")
    assert unanswered["queues"][0]["oldest_because"] == "CloudWatch did not answer: TimeoutError"
    assert unanswered["healthy"], "the depth is what matters; without metrics it is told all the same"


def test_dead_letters_are_told_once_for_all_queues_that_share_them(desk: Desk) -> None:
    desk.gauges.gauges["dead"] = Gauge(visible=4, in_flight=1, delayed=0, hidden_for=HIDDEN, dead_letters_url=None)

    assert desk.status()["dead_letters"] == [{"queues": ["high", "low"], "depth": 5}]


def test_a_schedule_is_told_with_its_last_run(desk: Desk) -> None:
    desk.runs.write(Run("due", NOON - MINUTE, NOON - MINUTE / 2, {"seen_to": 12}))

    due, digests, daily_reset = desk.status()["schedules"]

    assert (due["name"], due["every_seconds"], due["did"], due["late"]) == ("due", 60.0, {"seen_to": 12}, False)
    assert (due["began_at"], due["ended_at"]) == ("2030-01-31T11:59:00Z", "2030-01-31T11:59:30Z")
    assert due["succeeded_at"] == due["ended_at"]
    assert [digests["name"], daily_reset["name"]] == ["digests", "daily_reset"]


def test_versions_are_told_with_the_time_of_the_deployment(desk: Desk) -> None:
    assert desk.status()["versions"] == {
        "postroom": "0.1.0",
        "python": "3.13.1",
        "libraries": {"boto3": "1.44.5"},
        "stage": "dev",
        "deployed_at": "2030-01-30T12:00:00Z",
    }


def test_a_tenant_is_told_of_its_accounts_by_status_and_of_those_that_rest_or_are_exhausted(desk: Desk) -> None:
    desk.account(id="acc_2", status=AccountStatus.ERROR)
    desk.account(id="acc_3", rest_until=NOON + MINUTE)
    desk.account(id="acc_4", daily_limit=5, used=5)
    desk.account(id="acc_5", daily_limit=5, used=5, timezone="America/New_York")
    desk.account(id="acc_6", tenant_id="ten_b")

    assert desk.status()["accounts"] == {
        "total": 5,
        "by_status": {"active": 4, "inactive": 0, "pending": 0, "error": 1},
        "resting": 1,
        "rest_until": "2030-01-31T12:01:00Z",
        "open_circuits": 2,
        "exhausted": 2,
        "exhausted_until": "2030-02-01T00:00:00Z",
        "all_exhausted_until": "2030-02-01T05:00:00Z",
    }


def test_a_tenant_is_told_what_it_can_send_and_what_waits(desk: Desk) -> None:
    desk.message()
    desk.message(status=Status.DEFERRED, next_attempt_at=NOON + MINUTE)

    told = desk.status()["capacity"]

    assert (told["now"], told["today"], told["waiting"], told["blocked"]) == (30, 30, 2, 0)
    assert (told["at_least"], told["drained_at"] is not None) == (False, True)


def test_a_tenant_is_told_what_was_accepted_in_the_last_hour_and_what_became_of_its_tries(desk: Desk) -> None:
    desk.account(id="acc_2", recent={THIS_HOUR: {"sent": 5, "recipient": 2, "busy": 1}})
    desk.account(id="acc_3", recent={THIS_HOUR: {"sent": 3, "policy": 1, "uncertain": 1}})
    desk.account(id="acc_4", tenant_id="ten_b", recent={THIS_HOUR: {"sent": 99}})
    desk.message(59 * MINUTE)
    desk.message(MINUTE, status=Status.SENT)
    desk.message(61 * MINUTE)

    told = desk.status()["rates"]

    assert told["since"] == "2030-01-31T11:00:00Z"
    assert told["accepted"] == {"count": 2, "at_least": False}
    assert told["tries"] == {
        "sent": 8,
        "failed": {"recipient": 2, "policy": 1},
        "deferred": {"busy": 1},
        "uncertain": 1,
        "estimated": False,
    }


def test_a_platform_key_is_told_of_the_installation_and_nothing_of_a_tenants(desk: Desk) -> None:
    for name in ("Acme", "Emca"):
        desk.tenant(name)

    told = desk.status(Role.PLATFORM)

    assert told["tenants"] == {"count": 2, "at_least": False}
    assert (told["accounts"], told["capacity"], told["rates"]) == (None, None, None)
    assert told["healthy"]
    assert "Acme" not in desk.ask(Role.PLATFORM).text


def test_a_tenant_is_not_told_of_others(desk: Desk) -> None:
    desk.tenant("Acme")

    told = desk.status(tenant_id="ten_b")

    assert told["tenants"] is None
    assert told["accounts"]["total"] == 0


def test_what_does_not_answer_is_named_and_the_rest_is_told(desk: Desk) -> None:
    desk.gauges.down = {"high"}
    desk.runs.answers = desk.arrivals.answers = False
    desk.deployments.at = None

    told = desk.status()

    assert told["unavailable"] == {
        "queues.high": "Unavailable",
        "schedules": "Unavailable",
        "rates.accepted": "Unavailable",
        "versions.deployed_at": "Unavailable",
    }
    assert told["queues"][0]["visible"] is None
    assert (told["schedules"], told["rates"]["accepted"], told["versions"]["deployed_at"]) == (None, None, None)
    assert (told["queues"][1]["visible"], told["accounts"]["total"], told["rates"]["tries"]["sent"]) == (0, 1, 0)
    assert not told["healthy"]


def test_a_table_that_does_not_answer_takes_only_what_it_has_along(desk: Desk) -> None:
    desk.accounts_answer = False

    told = desk.status()

    assert set(told["unavailable"]) == {"accounts", "capacity", "rates"}
    assert told["rates"] == {
        "since": "2030-01-31T11:00:00Z",
        "accepted": {"count": 0, "at_least": False},
        "tries": None,
    }
    assert told["schedules"][0]["did"] == {"seen_to": 1}


def test_accounts_are_told_also_where_their_capacity_cannot_be(desk: Desk) -> None:
    desk.message(status=Status.DEFERRED)
    desk.messages.down = True

    told = desk.status()

    assert set(told["unavailable"]) == {"capacity"}
    assert told["accounts"]["total"] == 1
