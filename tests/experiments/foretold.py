"""What the forecast of capacity says, beside senders by the real policy code on a clock that jumps.

The senders choose, reserve, settle and put off as they do when they run; only their mail server takes everything at
once. The naive forecast takes what each account's limit leaves, and a new limit each day.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import inf
from random import Random
from typing import TYPE_CHECKING, cast

from postroom.accounts.limits import PLAIN
from postroom.accounts.model import Account, Counter, Lesson, QuotaUnit, QuotaWindow
from postroom.accounts.report import ReportHealth
from postroom.accounts.reserve import Reserve, Settle
from postroom.accounts.usage_now import usage_at
from postroom.accounts.windows import new_counter
from postroom.capacity.forecast import forecast
from postroom.capacity.model import Group, Outlook
from postroom.capacity.supply import sendable_until, today_ends_at
from postroom.change import Change, Set
from postroom.clock import from_milliseconds, to_milliseconds
from postroom.delivery.deadline import Deadline
from postroom.delivery.lot_model import Lot, LotResult
from postroom.ids import new_id
from postroom.messages.model import Message, Priority, RecipientStatus, Status
from postroom.messages.ports import Ticket
from tests.builders import a_message, an_account
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.sending import TENANT, FakeSender
from tests.fakes.time import FakeClock

if TYPE_CHECKING:
    from postroom.delivery.lot import SendLot

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Gaza")
NIGHTS = (
    datetime(2030, 3, 30, 20, tzinfo=UTC),  # Europe goes to summer time
    datetime(2030, 10, 26, 20, tzinfo=UTC),  # and back
    datetime(2030, 3, 9, 22, tzinfo=UTC),  # New York
    datetime(2030, 11, 2, 22, tzinfo=UTC),
    datetime(2030, 4, 25, 20, tzinfo=UTC),  # Cairo, where that midnight does not exist
    datetime(2030, 1, 31, 12, tzinfo=UTC),
)
SIZES = (5, 40, 150, 400)
_BATCH = 50
_LONGEST = timedelta(days=14)

RUNS = 3
"""Of senders, where messages that name an account compete for it with others."""

TOLERANCE = 0.1
FLOOR_SECONDS = 10.0
"""A new account's trial is three seconds, a pace may be waited for another one, and a step of the forecast is one."""

FLOOR_COUNT = 2.0
"""Which of two mails goes to which account is a matter of chance."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Accounts and what waits for them: how many messages by priority and the account they name, or None."""

    now: datetime
    accounts: tuple[Account, ...]
    waiting: dict[tuple[Priority, str | None], int]
    recipients: int = 1

    @property
    def groups(self) -> list[Group]:
        everybody = frozenset(account.id for account in self.accounts)
        return [
            Group(
                priority,
                everybody if account_id is None else frozenset({account_id}),
                {self.now: float(count)},
                float(self.recipients),
            )
            for (priority, account_id), count in self.waiting.items()
        ]


@dataclass(slots=True)
class Seen:
    """When which message went."""

    gone: dict[tuple[Priority, str | None], list[datetime]] = field(default_factory=dict)

    @property
    def all(self) -> list[datetime]:
        return sorted(moment for moments in self.gone.values() for moment in moments)


def simulate(scene: Scene, luck: int) -> Seen:
    """``luck``: in which order mails of one moment come. They lie in eight shards, and a queue keeps no order."""
    return _Simulation(scene, Random(luck)).run()


class _Simulation:
    def __init__(self, scene: Scene, random: Random) -> None:
        self._scene = scene
        self._clock = FakeClock(scene.now)
        self._sender = FakeSender(clock=self._clock)
        for account in scene.accounts:
            self._sender.add_account(account)
        self._settle = Settle(self._sender.accounts)
        self._seen = Seen({key: [] for key in scene.waiting})
        self._send_batch = replace(
            self._sender.send_batch,
            send_lot=cast("SendLot", self._accept),
            has_place=lambda _: True,
            sleep=lambda _: None,
        )
        self._random = random
        self._coming: list[tuple[datetime, float, Priority, str]] = []
        self._queues: dict[Priority, list[str]] = {priority: [] for priority in Priority}
        self._turns = dict.fromkeys(Priority, 0)

    def run(self) -> Seen:
        messages = [
            self._sender.messages.add(_message(self._scene, index, *key))
            for key, count in self._scene.waiting.items()
            for index in range(count)
        ]
        self._coming = [(self._scene.now, self._random.random(), message.priority, message.id) for message in messages]
        heapq.heapify(self._coming)
        while self._coming and self._coming[0][0] < self._scene.now + _LONGEST:
            self._clock.now = max(self._clock.now, self._coming[0][0])
            while batch := self._take():
                self._handle(batch)
        return self._seen

    def _take(self) -> list[str]:
        """A batch from one queue after the other."""
        while self._coming and self._coming[0][0] <= self._clock.now:
            _, _, queue, message_id = heapq.heappop(self._coming)
            self._queues[queue].append(message_id)
        waiting = [priority for priority in Priority if self._queues[priority]]
        if not waiting:
            return []
        priority = min(waiting, key=self._turns.__getitem__)
        self._turns[priority] = max(self._turns.values()) + 1
        batch, self._queues[priority] = self._queues[priority][:_BATCH], self._queues[priority][_BATCH:]
        return batch

    def _handle(self, batch: Sequence[str]) -> None:
        self._send_batch([Ticket(TENANT, message_id) for message_id in batch], Deadline.after(55))
        for message_id in batch:
            message = self._sender.messages.get(TENANT, message_id)
            assert message is not None
            if message.status is not Status.SENT:
                assert message.next_attempt_at is not None, message
                coming = (message.next_attempt_at, self._random.random(), message.priority, message_id)
                heapq.heappush(self._coming, coming)

    def _accept(self, lot: Lot, _deadline: Deadline) -> LotResult:
        for index, message in enumerate(lot.messages):
            self._sender.messages.change(TENANT, message.id, Change((Set(("status",), "sent"),)))
            self._seen.gone[message.priority, message.account_id].append(lot.granted.slot(index))
        self._settle(lot.granted, 0)
        self._sender.health.success(lot.granted.account)
        return LotResult(counted=len(lot.messages))


def _message(scene: Scene, index: int, priority: Priority, account_id: str | None) -> Message:
    made = scene.now - timedelta(seconds=60 - index * 0.001)
    return a_message(
        id=new_id("msg", made),
        created_at=made,
        expires_at=scene.now + timedelta(days=30),
        priority=priority,
        account_id=account_id,
        recipients={f"r{one}@example.com": RecipientStatus.PENDING for one in range(scene.recipients)},
    )


def some_scene(seed: int, sizes: Sequence[int] = SIZES) -> Scene:
    """Accounts of all kinds, and a backlog of which each has its part. Nobody is stopped."""
    random = Random(seed)
    now = random.choice(NIGHTS) + timedelta(seconds=random.randrange(12 * 3600))
    accounts = tuple(_some_account(random, now, index) for index in range(random.choice((1, 1, 2, 3, 5, 8))))
    keys: list[tuple[Priority, str | None]] = [(random.choice(tuple(Priority)), None)]
    named = random.choices(accounts, k=random.choice((0, 0, 1, 2)))
    keys.extend((random.choice(tuple(Priority)), account.id) for account in named)
    return Scene(now, accounts, {key: random.choice(sizes) for key in keys}, random.choice((1, 1, 3)))


def _some_account(random: Random, now: datetime, index: int) -> Account:
    zone, limit = random.choice(ZONES), random.choice((3, 20, 50, 200))
    wait = random.choice((0.0, 0.0, 0.5, 1.0, 20.0, 90.0, 600.0))
    return an_account(
        id=f"acc_{index}",
        email=f"a{index}@example.com",
        daily_limit=limit,
        min_wait_time=wait,
        quota_window=random.choice(tuple(QuotaWindow)),
        quota_unit=random.choice(tuple(QuotaUnit)),
        high_priority_share=random.choice((0, 0, 0, 20)),
        timezone=zone,
        counter=_some_counter(random, now, zone, limit, wait),
        proven=random.choice((1, 1, 1, 0)),
        rest_until=random.choice((None, None, None, now + timedelta(minutes=random.choice((1, 20))))),
        learned_daily=random.choice((None, None, None, Lesson(max(1, limit // 3), now - timedelta(hours=5)))),
        learned_spacing=random.choice((None, None, None, Lesson(60_000, now - timedelta(minutes=10)))),
    )


def _some_counter(random: Random, now: datetime, zone: str, limit: int, wait: float) -> Counter:
    counter = new_counter(now, zone)
    hours = {counter.hour - back: random.randrange(limit // 3 + 1) for back in range(0, 25, random.choice((4, 9)))}
    return replace(
        counter,
        day_used=random.randrange(limit + 1),
        hours=hours,
        rolling_used=sum(hours.values()),
        next_send_ms=to_milliseconds(now + timedelta(seconds=random.choice((0, wait)))) if wait else 0,
        booked_ms=to_milliseconds(now + timedelta(seconds=random.choice((0, 0, 20 * wait)))) if wait else 0,
    )


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of the senders: seconds until the last one had gone, and how many had gone within an hour."""

    seconds: float | None
    hour: int


@dataclass(frozen=True, slots=True)
class Compared:
    """What was foretold, and what was seen in several runs, which differ by luck where messages compete."""

    seconds: float | None
    hour: float
    seen: tuple[Ran, ...]

    @property
    def holds(self) -> bool:
        """Within a tenth of what was seen, or between two of the runs."""
        return self._drained_holds and self._hour_holds

    @property
    def _drained_holds(self) -> bool:
        seen = [run.seconds for run in self.seen]
        if self.seconds is None:
            return None in seen
        drained = [seconds for seconds in seen if seconds is not None]
        highest = inf if None in seen else max(drained)
        return bool(drained) and _is_between(self.seconds, min(drained), highest, FLOOR_SECONDS)

    @property
    def _hour_holds(self) -> bool:
        seen = [run.hour for run in self.seen]
        return _is_between(self.hour, min(seen), max(seen), FLOOR_COUNT)


def _is_between(value: float, low: float, high: float, floor: float) -> bool:
    return low * (1 - TOLERANCE) - floor <= value <= high * (1 + TOLERANCE) + floor


@dataclass(frozen=True, slots=True)
class Both:
    """The forecast and the naive one, each beside the same senders."""

    ours: Compared
    naive: Compared


def compare(scene: Scene) -> Both:
    runs = RUNS if len(scene.waiting) > 1 else 1
    seen = tuple(_ran(scene, simulate(scene, luck)) for luck in range(runs))
    return Both(Compared(*_foretold(scene), seen), Compared(*_naively_foretold(scene), seen))


def _foretold(scene: Scene) -> tuple[float | None, float]:
    hour = scene.now + timedelta(hours=1)
    outlooks = forecast(scene.accounts, scene.groups, scene.now, [hour])
    return _gone_in(outlooks, scene.now), sum(outlook.gone_by[hour] for outlook in outlooks)


def _naively_foretold(scene: Scene) -> tuple[float | None, float]:
    """As it is often done: what is left today, and then the limits of all, evenly over each day."""
    total, limit = sum(scene.waiting.values()), sum(account.config.daily_limit for account in scene.accounts)
    left = sum(max(0, account.config.daily_limit - account.counter.day_used) for account in scene.accounts)
    seconds = 0.0 if total <= left else (total - left) / limit * 86_400
    return (seconds if seconds < _LONGEST.total_seconds() else None), min(total, left)


def _gone_in(outlooks: Sequence[Outlook], now: datetime) -> float | None:
    ends = [outlook.gone_at for outlook in outlooks]
    return None if None in ends else max((end - now).total_seconds() for end in ends if end)


def _ran(scene: Scene, seen: Seen) -> Ran:
    gone, total = seen.all, sum(scene.waiting.values())
    seconds = (gone[-1] - scene.now).total_seconds() if len(gone) == total else None
    return Ran(seconds, sum(moment < scene.now + timedelta(hours=1) for moment in gone))


@dataclass(frozen=True, slots=True)
class Supplied:
    """What one account sends in the next hour and today when it always has more to send."""

    account: Account
    foretold: tuple[int, int]
    seen: tuple[int, int]

    @property
    def holds(self) -> bool:
        pairs = zip(self.foretold, self.seen, strict=True)
        return all(abs(foretold - seen) <= TOLERANCE * seen + FLOOR_COUNT for foretold, seen in pairs)


def supplied(scene: Scene) -> list[Supplied]:
    return [_supplied(account, scene.now) for account in scene.accounts]


def _supplied(account: Account, now: datetime) -> Supplied:
    moments = (now + timedelta(hours=1), today_ends_at(account, now))
    foretold = [sendable_until(account, now, moment) for moment in moments]
    sends = _sends(account, now, max(moments))
    seen = [sum(at < moment for at in sends) for moment in moments]
    return Supplied(account, (foretold[0], foretold[1]), (seen[0], seen[1]))


def _sends(account: Account, now: datetime, until: datetime) -> list[datetime]:
    """One after the other, by nothing but the rules of reservations."""
    store, clock, sends = MemoryAccounts(), FakeClock(max(now, account.rest_until or now)), list[datetime]()
    reserve, settle, health = Reserve(store, clock), Settle(store), ReportHealth(store, clock)
    seen = store.add(account)
    while clock.now < until:
        answer = reserve(seen, [PLAIN], timedelta())
        if answer is None:
            usage = usage_at(seen, clock.now)
            free = from_milliseconds(seen.counter.next_send_ms) if usage.has_room_for(PLAIN) else usage.resets_at
            # A limit that was learned grows meanwhile, and who asks at any time may have of it.
            again = clock.now + timedelta(minutes=1) if account.learned_daily else free
            clock.now = max(min(free, again), clock.now + timedelta(milliseconds=1))
            continue
        settle(answer, 0)
        health.success(answer.account)
        sends.append(clock.now)
        seen = store.get(account.tenant_id, account.id) or seen
    return sends
