import threading
from dataclasses import replace
from datetime import timedelta

from postroom.audit.acting import entries_of, seeded, who_acts
from postroom.audit.model import KEPT, Action, Deed
from postroom.ids import Seed
from tests.fakes.audit import ADMIN, PLATFORM, acts
from tests.fakes.time import NOON

DEED = Deed(Action.POOL_CHANGED, "pool/pool_1", {"name": "a"}, {"name": "b"})


def test_outside_of_a_request_nothing_is_an_entry() -> None:
    assert entries_of("ten_a", DEED) == ()
    assert who_acts() is None


def test_an_entry_says_who_what_when_and_until_when_it_is_kept() -> None:
    with acts():
        [entry] = entries_of("ten_a", DEED)

    assert (entry.tenant_id, entry.at, entry.ends) == ("ten_a", NOON, NOON + KEPT)
    assert (entry.actor, entry.deed) == (ADMIN, DEED)


def test_who_has_acted_acts_no_more() -> None:
    with acts():
        assert who_acts() == ADMIN

    assert who_acts() is None


def test_a_request_that_is_run_again_makes_the_same_entry_and_tells_when_it_did() -> None:
    seed, later = Seed.fresh(NOON), NOON + timedelta(minutes=5)
    with acts(seed=seed):
        [first] = entries_of("ten_a", DEED)

    with acts(now=later), seeded(seed):
        [again] = entries_of("ten_a", DEED)

    assert again.id == first.id
    assert (first.at, again.at) == (NOON, later)


def test_two_deeds_of_one_request_are_two_entries() -> None:
    with acts():
        entries = [
            entries_of("ten_a", deed)
            for deed in (DEED, replace(DEED, target="pool/pool_2"), replace(DEED, action=Action.POOL_DELETED))
        ]

    assert len({entry.id for [entry] in entries}) == 3


def test_two_changes_of_one_thing_by_one_request_are_two_entries() -> None:
    with acts():
        entries = [
            entries_of("ten_a", Deed(Action.POOL_CHANGED, "pool/pool_1", {"revision": seen}, {"revision": seen + 1}))
            for seen in (1, 2, 2)
        ]

    assert len({entry.id for [entry] in entries}) == 2


def test_what_the_platform_does_to_a_tenant_stands_in_both_logs() -> None:
    with acts(PLATFORM):
        own, tenants = entries_of("ten_a", DEED)
        alone = entries_of("platform", DEED)

    assert (own.tenant_id, tenants.tenant_id) == ("platform", "ten_a")
    assert (own.actor.source_ip, tenants.actor.source_ip) == ("192.0.2.8", None)
    assert [entry.tenant_id for entry in alone] == ["platform"]


def test_another_thread_knows_of_nobody() -> None:
    seen: list[object] = []
    with acts():
        thread = threading.Thread(target=lambda: seen.append(who_acts()))
        thread.start()
        thread.join()

    assert seen == [None]
