from datetime import timedelta

import pytest

from postroom.change import Change, Set
from postroom.delivery.model import Phase, ReplyClass, Verdict
from postroom.errors import Unavailable
from postroom.messages import due, life
from postroom.messages.due import EnqueueDue
from postroom.messages.life import HEAL_AFTER
from postroom.messages.model import Message, OnUncertain, Priority, Reason, Status
from postroom.messages.ports import Ticket
from postroom.messages.release import Release
from postroom.messages.relieve import Relieve
from postroom.progress import Progress
from tests.builders import a_draft, an_account
from tests.fakes.messages import MemoryQueues
from tests.fakes.sending import LEASE, TENANT, FakeSender
from tests.fakes.time import NOON


class Setting:
    def __init__(self) -> None:
        self.sender = FakeSender()
        self.sender.add_account(an_account(min_wait_time=0, daily_limit=1000))
        release = Release(self.sender.messages, self.sender.queues, self.sender.clock)
        relieve = Relieve(self.sender.messages, self.sender.queues, 3, self.sender.clock)
        self._enqueue_due = EnqueueDue(self.sender.messages, self.sender.queues, release, relieve, 3, self.sender.clock)

    def due(self) -> int:
        return self.progress().done

    def progress(self, time: timedelta = timedelta(seconds=40)) -> Progress:
        return self._enqueue_due(stop_at=self.sender.clock() + time)

    def pass_time(self, by: timedelta) -> None:
        self.sender.clock.advance(by)

    def status(self, message: Message) -> Status:
        return self.sender.message(message).status


@pytest.fixture
def setting() -> Setting:
    return Setting()


def test_a_scheduled_message_arrives_at_its_time(setting: Setting) -> None:
    [message] = setting.sender.accept(a_draft(send_at=NOON + timedelta(seconds=390)))

    assert setting.due() == 0
    setting.pass_time(timedelta(seconds=360))
    assert setting.due() == 1

    [departure] = setting.sender.queues.sent
    assert departure.delay_seconds == 30
    assert setting.status(message) is Status.SCHEDULED
    setting.pass_time(timedelta(seconds=30))
    setting.sender.run()
    assert setting.status(message) is Status.SENT


def test_what_has_been_released_is_not_released_again(setting: Setting) -> None:
    setting.sender.accept(a_draft(send_at=NOON + timedelta(minutes=10)))
    setting.pass_time(timedelta(minutes=9, seconds=30))

    assert [setting.due(), setting.due(), setting.due()] == [1, 0, 0]


def test_what_its_queue_did_not_bring_at_its_time_is_found_later(setting: Setting) -> None:
    [message] = setting.sender.accept(a_draft(send_at=NOON + timedelta(minutes=10)))
    setting.pass_time(timedelta(minutes=9, seconds=30))
    setting.due()
    setting.sender.queues.take_all()

    setting.pass_time(timedelta(minutes=4))
    setting.due()
    setting.sender.run()

    assert setting.status(message) is Status.SENT


def test_what_its_queue_never_got_is_found_once_the_queue_has_drained(setting: Setting) -> None:
    setting.sender.queues.down = True
    messages = setting.sender.accept(*[a_draft(recipients=(f"r{n}@example.com",)) for n in range(30)])
    setting.sender.queues.down = False

    setting.pass_time(HEAL_AFTER)
    setting.due()
    setting.sender.run()

    assert {setting.status(message) for message in messages} == {Status.SENT}


def test_a_deep_backlog_breeds_no_copies_of_itself(setting: Setting) -> None:
    setting.sender.accept(*[a_draft() for _ in range(50)])
    setting.sender.queues.deep = True
    before = len(setting.sender.queues.sent)

    for _ in range(30):
        setting.pass_time(timedelta(minutes=1))
        assert setting.due() == 0

    assert len(setting.sender.queues.sent) == before


def test_what_was_lost_behind_a_backlog_that_never_ends_is_found(setting: Setting) -> None:
    setting.sender.queues.down = True
    [alone] = setting.sender.accept(a_draft())
    together = setting.sender.accept(*[a_draft() for _ in range(20)])
    setting.sender.queues.down = False
    setting.sender.queues.deep = True

    for _ in range(70):
        setting.pass_time(timedelta(minutes=1))
        setting.due()
        setting.sender.run()

    assert {setting.status(message) for message in (alone, *together)} == {Status.SENT}


def test_of_a_backlog_that_is_only_late_few_are_put_back_at_a_time_and_ever_more_rarely(setting: Setting) -> None:
    for _ in range(300):
        setting.sender.accept(a_draft())
    setting.sender.accept(*[a_draft() for _ in range(300)])
    setting.sender.queues.take_all()
    setting.sender.queues.deep = True

    copies: list[int] = []
    for _ in range(180):
        setting.pass_time(timedelta(minutes=1))
        setting.due()
        copies.append(len(setting.sender.queues.take_all()))

    assert sum(copies[:16]) == 0
    assert max(copies) <= 10 + 25
    assert sum(copies) <= 180 * 10 + 12 * 25
    assert max(message.heals for message in setting.sender.messages.all_of(TENANT)) <= 5


def test_a_backlog_is_not_read_every_minute(setting: Setting) -> None:
    for _ in range(300):
        setting.sender.accept(a_draft())
    setting.sender.queues.deep = True
    setting.pass_time(timedelta(hours=1))
    calls = setting.sender.messages.calls

    setting.due()

    assert setting.sender.messages.calls - calls < 30


def test_queues_that_do_not_say_how_deep_they_are_keep_nothing_that_waits(setting: Setting) -> None:
    class Mute(MemoryQueues):
        def is_drained(self, priority: Priority) -> bool:
            if priority is Priority.NORMAL:
                return True
            raise Unavailable

    sender = setting.sender = FakeSender(queues=Mute())
    sender.add_account(an_account(min_wait_time=0, daily_limit=1000))
    [lost] = sender.accept(a_draft())
    [scheduled] = sender.accept(a_draft(send_at=NOON + timedelta(minutes=5)))
    sender.queues.take_all()
    sender.clock.advance(timedelta(minutes=5))

    assert sender.due() == 2
    assert {ticket.message_id for ticket in sender.queues.take_all()} == {lost.id, scheduled.id}


def test_what_has_expired_is_ended_even_when_no_queue_brings_it(setting: Setting) -> None:
    [late] = setting.sender.accept(a_draft(expires_at=NOON + timedelta(minutes=5)))
    [waits] = setting.sender.accept(a_draft(expires_at=NOON + timedelta(minutes=25)))
    wait = life.Wait(Reason.QUOTA, "No quota", NOON + timedelta(hours=5), NOON + timedelta(hours=5))
    setting.sender.messages.change(TENANT, waits.id, life.deferred(waits, wait))
    setting.sender.queues.take_all()
    setting.sender.queues.deep = True

    setting.pass_time(timedelta(minutes=26))
    setting.due()

    for message in (late, waits):
        row = setting.sender.message(message)
        assert (row.status, row.reason) == (Status.FAILED, Reason.EXPIRED)
    assert setting.sender.queues.sent == []


def test_what_is_lost_again_and_again_is_put_back_ever_more_rarely(setting: Setting) -> None:
    setting.sender.accept(a_draft())
    setting.sender.queues.take_all()

    for _ in range(120):
        setting.pass_time(timedelta(minutes=1))
        setting.due()

    assert 4 <= len(setting.sender.queues.sent) <= 7


@pytest.mark.parametrize(("on_uncertain", "ends_as"), [("resend", Status.SENT), ("hold", Status.UNCERTAIN)])
def test_what_a_dead_sender_held_becomes_uncertain_and_follows_its_wish(
    setting: Setting, on_uncertain: str, ends_as: Status
) -> None:
    [message] = setting.sender.accept(a_draft(on_uncertain=OnUncertain(on_uncertain)))
    setting.sender.queues.take_all()
    claim = life.claim(message, "dead", "acc_1", "m@example.com", setting.sender.clock() + LEASE, None)
    setting.sender.messages.change(TENANT, message.id, claim)

    for _ in range(8):
        setting.pass_time(timedelta(minutes=1))
        setting.due()
        setting.sender.run()

    assert setting.sender.message(message).attempts[0].outcome == Status.UNCERTAIN
    assert setting.status(message) is ends_as
    assert len(setting.sender.servers.accepted) == (1 if on_uncertain == "resend" else 0)


def test_a_release_of_what_was_seen_long_ago_changes_nothing(setting: Setting) -> None:
    # Read as deferred, sent by a late copy, in doubt and held: the release must not send it again.
    [message] = setting.sender.accept(a_draft(on_uncertain=OnUncertain.HOLD))
    lost = Verdict(ReplyClass.UNCERTAIN, Phase.FINAL_DOT, "Connection lost")
    busy = Verdict(ReplyClass.BUSY, Phase.RCPT, "451 later")
    setting.sender.servers.answer = lambda *_: busy
    setting.sender.run()
    seen = setting.sender.message(message)
    assert seen.status is Status.DEFERRED
    setting.pass_time(timedelta(minutes=5))
    setting.sender.servers.answer = lambda *_: lost
    setting.sender.run([Ticket(TENANT, message.id)])
    assert setting.status(message) is Status.UNCERTAIN

    release = Release(setting.sender.messages, setting.sender.queues, setting.sender.clock)

    assert release([(seen, setting.sender.clock())]) == Progress()
    assert setting.status(message) is Status.UNCERTAIN


def test_what_is_held_is_not_released_by_a_stale_entry_of_the_index(setting: Setting) -> None:
    [message] = setting.sender.accept(a_draft())
    setting.sender.servers.answer = lambda *_: Verdict(ReplyClass.UNCERTAIN, Phase.FINAL_DOT, "Connection lost")
    for _ in range(12):
        setting.sender.run([Ticket(TENANT, message.id)])
        setting.pass_time(timedelta(hours=1))
        setting.due()
    assert setting.sender.message(message).reason is Reason.HELD
    stale = Set(("due_shard",), "wait#0"), Set(("due_at",), 0)
    setting.sender.messages.change(TENANT, message.id, Change(stale))
    setting.sender.queues.take_all()

    setting.due()

    assert setting.sender.queues.sent == []
    assert len(setting.sender.servers.accepted) == 4


def test_what_ended_by_wishes_is_told_of_again_ever_more_rarely(setting: Setting) -> None:
    [message] = setting.sender.accept(a_draft())
    ended = life.unwished(message, "It is not wanted any more", setting.sender.clock())
    setting.sender.messages.change(TENANT, message.id, ended)
    setting.sender.queues.take_all()
    told_at = []

    for hour in range(1, 200):
        setting.pass_time(timedelta(hours=1))
        before = setting.sender.messages.rows.get((TENANT, message.id))
        setting.due()
        setting.due()
        if setting.sender.messages.rows.get((TENANT, message.id)) != before:
            told_at.append(hour)

    assert told_at == [1, 5, 21, 85]
    assert setting.status(message) is Status.CANCELLED
    assert setting.sender.queues.sent == []


def test_one_write_that_is_not_answered_keeps_no_other_from_its_queue(setting: Setting) -> None:
    setting.sender.accept(*[a_draft(send_at=NOON + timedelta(minutes=5)) for _ in range(20)])
    setting.pass_time(timedelta(minutes=5))
    setting.sender.messages.fail_on = {45}

    setting.due()
    setting.due()

    assert len({departure.ticket for departure in setting.sender.queues.sent}) == 20


def test_a_live_claim_is_left_alone(setting: Setting) -> None:
    [message] = setting.sender.accept(a_draft())
    setting.pass_time(HEAL_AFTER)
    setting.sender.messages.change(
        TENANT, message.id, life.claim(message, "alive", "acc_1", "m", setting.sender.clock() + LEASE, None)
    )

    setting.due()

    assert setting.status(message) is Status.SENDING


def test_a_finished_message_is_in_nobodys_way(setting: Setting) -> None:
    [message] = setting.sender.accept(a_draft())
    setting.sender.run()
    setting.pass_time(timedelta(days=1))

    assert setting.due() == 0
    assert setting.sender.queues.sent == []
    assert setting.status(message) is Status.SENT


def test_three_thousand_that_are_due_together_go_in_one_run(setting: Setting) -> None:
    setting.sender.accept(*[a_draft(send_at=NOON + timedelta(minutes=5)) for _ in range(3_000)])
    setting.pass_time(timedelta(minutes=5))

    assert setting.due() == 3_000


def test_a_run_stops_when_its_time_is_over(setting: Setting) -> None:
    setting.sender.accept(*[a_draft(send_at=NOON + timedelta(minutes=5)) for _ in range(600)])
    setting.pass_time(timedelta(minutes=5))

    assert setting._enqueue_due(stop_at=setting.sender.clock()) == Progress(500)


def test_what_is_refused_is_told_of(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    setting.sender.accept(
        a_draft(),
        a_draft(send_at=NOON + timedelta(hours=1)),
        a_draft(send_at=NOON + timedelta(minutes=1), expires_at=NOON + timedelta(minutes=5)),
    )
    setting.sender.queues.take_all()
    setting.pass_time(timedelta(hours=1))

    def refuse(*_: object) -> None:
        raise Unavailable

    with monkeypatch.context() as table:
        table.setattr(setting.sender.messages, "change", refuse)
        refused = setting.progress()

    assert refused == Progress(0, refused=3)
    assert setting.progress() == Progress(3)


def unwished(setting: Setting, count: int) -> list[Message]:
    messages = setting.sender.accept(*[a_draft() for _ in range(count)])
    for message in messages:
        ended = life.unwished(message, "It is not wanted any more", setting.sender.clock())
        setting.sender.messages.change(TENANT, message.id, ended)
    setting.sender.queues.take_all()
    return messages


def test_what_waits_does_not_wait_behind_what_is_told_of_again(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "_PER_SHARD", 5)
    unwished(setting, 10)
    setting.sender.accept(a_draft(send_at=NOON + timedelta(hours=1, seconds=5)))
    setting.pass_time(timedelta(hours=1, seconds=10))

    first, second = setting.progress(), setting.progress()

    assert len(setting.sender.queues.sent) == 1
    assert (first, second) == (Progress(6), Progress(5))


def test_what_is_told_of_again_is_counted_and_so_is_what_could_not_be(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    unwished(setting, 3)
    setting.pass_time(timedelta(hours=1))

    def refuse(*_: object) -> None:
        raise Unavailable

    with monkeypatch.context() as table:
        table.setattr(setting.sender.messages, "change", refuse)
        assert setting.progress() == Progress(refused=3)

    assert setting.progress() == Progress(3)
    assert setting.progress() == Progress()


def test_what_is_told_of_again_waits_for_the_next_run_when_there_is_no_time_left(setting: Setting) -> None:
    unwished(setting, 3)
    setting.pass_time(timedelta(hours=1))

    assert setting.progress(timedelta()) == Progress()
    assert setting.progress() == Progress(3)


def test_what_its_queue_does_not_take_is_told_of(setting: Setting) -> None:
    setting.sender.accept(a_draft(send_at=NOON + timedelta(hours=1)))
    setting.pass_time(timedelta(hours=1))
    setting.sender.queues.down = True

    assert setting.progress() == Progress(1, refused=1)


def test_two_runs_at_once_release_each_message_once(setting: Setting) -> None:
    setting.sender.accept(*[a_draft(send_at=NOON + timedelta(minutes=5)) for _ in range(40)])
    setting.pass_time(timedelta(minutes=5))
    entries = setting.sender.messages.waiting_until(int(setting.sender.clock().timestamp() * 1000), 1000)
    messages = list(setting.sender.messages.get_many(entry.ticket for entry in entries).values())
    release = Release(setting.sender.messages, setting.sender.queues, setting.sender.clock)

    moved = sum(release([(message, NOON) for message in messages]).done for _ in range(2))

    assert moved == 40
    assert len({departure.ticket for departure in setting.sender.queues.sent}) == 40
    assert len(setting.sender.queues.sent) == 40


def test_a_deferred_message_of_the_quota_goes_at_the_end_of_the_day() -> None:
    setting = Setting()
    setting.sender.accounts.remove(TENANT, "acc_1")
    setting.sender.add_account(an_account(min_wait_time=0, daily_limit=3))
    setting.sender.accept(*[a_draft() for _ in range(5)])
    setting.sender.run()

    setting.pass_time(timedelta(hours=12))
    setting.due()
    setting.sender.run()

    assert len(setting.sender.servers.accepted) == 5


def test_a_ticket_names_only_tenant_and_message() -> None:
    assert set(Ticket.__dataclass_fields__) == {"tenant_id", "message_id"}
