"""An import from its start to its end, on stores in memory that fail when a test wants it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest

from postroom.audit.model import Entries
from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.errors import Conflict, FieldError, NotFound, Unavailable
from postroom.ids import Seed
from postroom.leases.model import LEASE, Ticket
from postroom.paging import PageRequest
from postroom.users.imports.apply import ApplyLines
from postroom.users.imports.bodies import checked
from postroom.users.imports.csv_rows import read_csv
from postroom.users.imports.life import handed_on, start
from postroom.users.imports.manage import CreateImport, FindImports, StartImport
from postroom.users.imports.model import LARGEST_FILE, Counts, Format, Import, Refusal, SourceFile
from postroom.users.imports.ndjson import read_ndjson
from postroom.users.imports.reading import ReadFile
from postroom.users.imports.run import RunImport
from postroom.users.manage import PutUser
from postroom.users.model import User
from postroom.users.ports import Written
from postroom.users.wishes import Wishes
from tests.builders import a_user
from tests.fakes.fate import Dead, Fate
from tests.fakes.imports import MemoryFiles, MemoryImports
from tests.fakes.leases import MemoryTickets
from tests.fakes.time import NOON, FakeClock
from tests.fakes.users import MemoryUsers

PORTION = 4
FOREVER = NOON + timedelta(days=1)


class Users(MemoryUsers):
    def __init__(self, fate: Fate) -> None:
        super().__init__()
        self._fate = fate
        self.puts: list[str] = []

    def put(self, user: User, seen: User | None, entries: Entries = ()) -> Written:
        result: list[Written] = []
        self._fate.around(lambda: result.append(super(Users, self).put(user, seen, entries)))
        self.puts.append(user.id)
        return result[0]


class Imports(MemoryImports):
    def __init__(self, fate: Fate) -> None:
        super().__init__()
        self._fate = fate

    def change(
        self, tenant_id: str, import_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Import] | Refused[Import]:
        result: list[Applied[Import] | Refused[Import]] = []
        self._fate.around(lambda: result.append(super(Imports, self).change(tenant_id, import_id, change, entries)))
        return result[0]


class Files(MemoryFiles):
    def __init__(self, fate: Fate) -> None:
        super().__init__(block=50)
        self._fate = fate

    def keep_refusals(self, tenant_id: str, import_id: str, first_line: int, refusals: Sequence[Refusal]) -> None:
        keep = super().keep_refusals
        self._fate.around(lambda: keep(tenant_id, import_id, first_line, refusals))


class Office:
    """A tenant, its users, and whoever works on its imports."""

    def __init__(self) -> None:
        self.fate, self.clock, self.tickets = Fate(), FakeClock(), MemoryTickets()
        self.users, self.imports, self.files = Users(self.fate), Imports(self.fate), Files(self.fate)
        self.find = FindImports(self.imports, self.files)
        self._create = CreateImport(self.imports, self.files, self.clock)
        self.start = StartImport(self.imports, self.files, self.tickets, self.clock)
        read = ReadFile(self.files, {Format.CSV: read_csv, Format.NDJSON: read_ndjson}, checked)
        self.run = RunImport(
            self.imports,
            self.files,
            read,
            ApplyLines(self.users, self.clock),
            self.tickets,
            self.clock,
            portion=PORTION,
        )

    def made(self, file_format: Format = Format.NDJSON) -> str:
        return self._create("ten_a", file_format, Seed.fresh(NOON))[0].id

    def started(self, content: str, file_format: Format = Format.NDJSON) -> str:
        import_id = self.made(file_format)
        self.files.put("ten_a", import_id, content.encode())
        self.start("ten_a", import_id)
        return import_id

    def work(self, stop_at: datetime = FOREVER) -> None:
        """What lies in the queue, and what is put there meanwhile; time passes as it is asked for."""
        while self.tickets.waiting:
            ticket, delay = self.tickets.waiting.pop(0)
            self.clock.advance(timedelta(seconds=delay))
            self.run(ticket, stop_at)

    def imported(self, content: str, file_format: Format = Format.NDJSON) -> Import:
        import_id = self.started(content, file_format)
        self.work()
        return self.shown(import_id)

    def shown(self, import_id: str) -> Import:
        return self.find.one("ten_a", import_id)

    def refused(self, import_id: str) -> dict[int, str]:
        page = self.find.refusals("ten_a", import_id, PageRequest(limit=100))
        return {refusal.line: refusal.errors[0].field for refusal in page.items}

    def add(self, *users: User) -> None:
        for user in users:
            assert MemoryUsers.put(self.users, user, None) is Written.WRITTEN


@pytest.fixture
def office() -> Office:
    return Office()


def ndjson(*users: Mapping[str, object]) -> str:
    return "".join(json.dumps(user) + "\n" for user in users)


def people(*numbers: int, **changes: object) -> list[dict[str, object]]:
    return [{"id": f"u{number}", "email": f"u{number}@example.com", **changes} for number in numbers]


def test_users_are_made_changed_or_left_as_they_are(office: Office) -> None:
    office.add(
        a_user(id="u1", email="u1@example.com", name="same"),
        a_user(id="u2", email="u2@example.com", attributes={"a": 1}),
    )

    done = office.imported(ndjson(*people(0), *people(1, name="same"), *people(2, name="new", attributes={"b": 2})))

    assert (done.status, done.detail, done.counts) == ("done", None, Counts(created=1, changed=1, unchanged=1))
    assert sorted(office.users.puts) == ["u0", "u2"]
    changed = office.users.get("ten_a", "u2")
    assert changed is not None
    assert (changed.name, changed.attributes, changed.revision, changed.import_id) == (
        "new",
        {"a": 1, "b": 2},
        2,
        done.id,
    )


def test_a_csv_makes_users_too(office: Office) -> None:
    done = office.imported("id,email,attributes.plan\nann,ann@example.com,pro\n", Format.CSV)

    ann = office.users.get("ten_a", "ann")
    assert done.counts == Counts(created=1)
    assert ann is not None
    assert ann.attributes == {"plan": "pro"}


def test_every_bad_line_is_told_and_the_others_are_taken(office: Office) -> None:
    office.add(a_user(id="old", email="taken@example.com"))
    lines: list[dict[str, object]] = [
        *people(1),
        {"id": "u2", "email": "no address"},
        {"id": "u3"},
        {"id": "u4", "email": "Taken@example.com"},
        *people(5, 1),
        {"id": "u7", "email": "U5@example.com"},
        *people(8),
    ]

    done = office.imported(ndjson(*lines) + "{broken\n" + ndjson(*people(10)))

    assert (done.status, done.counts) == ("done", Counts(created=4, refused=6))
    assert office.refused(done.id) == {2: "email", 3: "email", 4: "email", 6: "id", 7: "email", 9: "line"}
    refusals = office.find.refusals("ten_a", done.id, PageRequest()).items
    assert refusals[2] == Refusal(4, (FieldError("email", "belongs to another user"),), "u4")


def test_an_address_may_go_from_one_line_to_a_later_one(office: Office) -> None:
    office.add(*(a_user(id=f"u{number}", email=f"u{number}@example.com") for number in range(4)))
    lines = [{"id": f"u{number}", "email": f"u{number + 1}@example.com"} for number in (3, 2, 1, 0)]
    put, tried = office.users.put, Event()

    def slow_for_the_first(user: User, seen: User | None, entries: Entries = ()) -> Written:
        if user.id == "u3":
            tried.wait(5)
        written = put(user, seen, entries)
        if user.id == "u2":
            tried.set()
        return written

    office.users.put = slow_for_the_first  # type: ignore[method-assign]

    assert office.imported(ndjson(*lines)).counts == Counts(changed=4)


@pytest.mark.parametrize(
    ("content", "detail", "refused"),
    [
        ("", "Line 1: file The file has no users", {1: "file"}),
        ("name\nann\n", "Line 1: line must name the columns, id among them, with commas between", {1: "line"}),
        ("id,a,b\nann,1,2\n", "Line 1: a is not a known column; b is not a known column", {1: "a"}),
    ],
)
def test_a_file_that_is_none_fails_and_says_why(
    office: Office, content: str, detail: str, refused: dict[int, str]
) -> None:
    done = office.imported(content, Format.CSV)

    assert (done.status, done.detail, done.counts) == ("failed", detail, Counts(refused=1))
    assert office.refused(done.id) == refused


def test_too_many_users_fail_behind_the_last_that_is_taken(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("postroom.users.imports.reading.MOST_USERS", 6)

    done = office.imported(ndjson(*people(*range(9))))

    assert (done.status, done.counts) == ("failed", Counts(created=6, refused=1))
    assert office.refused(done.id) == {7: "file"}


def test_a_file_that_is_too_large_is_not_started_and_one_in_its_place_is(office: Office) -> None:
    import_id = office.made()
    keep = office.files.source
    office.files.source = lambda *_: SourceFile("etag", LARGEST_FILE + 1)  # type: ignore[method-assign]

    with pytest.raises(Conflict, match="larger than 100000000 bytes"):
        office.start("ten_a", import_id)

    assert (office.shown(import_id).status, office.tickets.waiting) == ("waiting", [])
    office.files.source = keep  # type: ignore[method-assign]
    office.files.put("ten_a", import_id, ndjson(*people(1)).encode())
    office.start("ten_a", import_id)
    office.work()
    assert office.shown(import_id).counts == Counts(created=1)


def test_a_file_that_is_too_large_fails_wherever_it_was_started(office: Office) -> None:
    import_id = office.made()
    office.imports.change("ten_a", import_id, start(SourceFile("etag", LARGEST_FILE + 1), NOON))
    office.clock.advance(timedelta(minutes=1))

    office.run(Ticket("ten_a", import_id), FOREVER)

    assert (office.shown(import_id).status, office.shown(import_id).detail) == (
        "failed",
        f"The file is larger than {LARGEST_FILE} bytes",
    )


def test_a_file_that_is_replaced_while_it_is_read_fails(office: Office) -> None:
    import_id = office.started(ndjson(*people(*range(9))))
    office.files.put("ten_a", import_id, b"{}")

    office.work()

    assert office.shown(import_id).status == "failed"
    assert "was replaced" in str(office.shown(import_id).detail)


def test_what_has_no_file_is_not_started(office: Office) -> None:
    import_id = office.made()

    with pytest.raises(Conflict, match="Nothing was uploaded"):
        office.start("ten_a", import_id)
    with pytest.raises(NotFound):
        office.start("ten_b", import_id)
    assert office.tickets.waiting == []


def test_an_import_is_not_started_while_it_runs_nor_when_it_has_ended(office: Office) -> None:
    import_id = office.started(ndjson(*people(1)))
    keep = office.users.get_many

    def starts_again(tenant_id: str, user_ids: Sequence[str]) -> dict[str, User]:
        with pytest.raises(Conflict, match="runs already"):
            office.start("ten_a", import_id)
        return keep(tenant_id, user_ids)

    office.users.get_many = starts_again  # type: ignore[assignment]
    office.work()
    with pytest.raises(Conflict, match="is done already"):
        office.start("ten_a", import_id)


def test_an_import_that_nobody_works_on_can_be_started_again(office: Office) -> None:
    import_id = office.started(ndjson(*people(1)))
    office.tickets.waiting.clear()

    office.start("ten_a", import_id)
    office.work()

    assert office.shown(import_id).counts == Counts(created=1)


def test_a_start_that_the_queue_did_not_take_can_be_repeated_at_once(office: Office) -> None:
    import_id = office.made()
    office.files.put("ten_a", import_id, ndjson(*people(1)).encode())
    put = office.tickets.put

    def does_not_answer(*_: object) -> None:
        raise Unavailable

    office.tickets.put = does_not_answer  # type: ignore[assignment]
    with pytest.raises(Unavailable):
        office.start("ten_a", import_id)
    office.tickets.put = put  # type: ignore[method-assign]
    office.start("ten_a", import_id)
    office.work()

    assert office.shown(import_id).counts == Counts(created=1)


def test_an_import_that_is_started_twice_is_done_once(office: Office) -> None:
    import_id = office.started(ndjson(*people(*range(9))))
    office.start("ten_a", import_id)

    office.work()

    assert office.shown(import_id).counts == Counts(created=9)
    assert sorted(office.users.puts) == [f"u{number}" for number in range(9)]


def test_when_time_runs_short_the_import_goes_back_to_its_queue(office: Office) -> None:
    import_id = office.started(ndjson(*people(*range(9))))
    [(ticket, _)] = office.tickets.waiting
    office.tickets.waiting.clear()

    office.run(ticket, office.clock())

    assert office.tickets.waiting == [(ticket, 0)]
    assert office.shown(import_id).holder is None
    office.work()
    assert office.shown(import_id).counts == Counts(created=9)


def test_who_has_no_time_at_all_does_not_hand_on_for_ever(office: Office) -> None:
    import_id = office.started(ndjson(*people(*range(9))))

    office.work(stop_at=NOON)

    assert office.shown(import_id).status == "failed"


CONTENT = ndjson(*people(*range(3)), {"id": "bad"}, *people(4, 5, 6), {"id": "new", "email": "u2@example.com"})
CONTENT += "{broken\n" + ndjson(*people(9, 10, 11), *people(9), *people(13, 14))
EXPECTED = Counts(created=8, changed=2, unchanged=1, refused=4)
REFUSED = {4: "email", 8: "email", 9: "line", 13: "id"}


def a_populated_office() -> Office:
    office = Office()
    office.add(
        a_user(id="u5", email="u5@example.com"),
        a_user(id="u6", email="other@example.com"),
        a_user(id="u13", email="thirteen@example.com"),
    )
    return office


def writes_of_a_run() -> int:
    office = a_populated_office()
    import_id = office.started(CONTENT)
    office.fate.writes = 0
    office.work()
    assert office.shown(import_id).counts == EXPECTED
    return office.fate.writes


@pytest.mark.parametrize("made", [False, True])
def test_whoever_dies_wherever_the_import_ends_as_though_nobody_had(*, made: bool) -> None:
    writes = writes_of_a_run()
    assert writes > 15

    for at in range(1, writes + 1):
        office = a_populated_office()
        import_id = office.started(CONTENT)
        [(ticket, _)] = office.tickets.waiting
        office.fate.writes, office.fate.at, office.fate.made = 0, at, made

        with pytest.raises(Dead):
            office.work()
        office.tickets.put(ticket)  # the queue gives it to somebody else
        office.clock.advance(LEASE)
        office.work()

        assert office.shown(import_id).status == "done", at
        assert office.shown(import_id).counts == EXPECTED, at
        assert office.refused(import_id) == REFUSED, at


@pytest.mark.parametrize("made", [False, True])
def test_a_service_that_fails_once_anywhere_delays_the_import_alone(*, made: bool) -> None:
    for at in range(1, writes_of_a_run() + 1):
        office = a_populated_office()
        import_id = office.started(CONTENT)
        [(ticket, _)] = office.tickets.waiting
        office.fate.writes, office.fate.at, office.fate.made, office.fate.error = 0, at, made, Unavailable

        try:
            office.work()
        except Unavailable:
            office.tickets.put(ticket)
            office.clock.advance(LEASE)
            office.work()

        assert office.shown(import_id).counts == EXPECTED, at
        assert office.refused(import_id) == REFUSED, at


@pytest.mark.parametrize("made", [False, True])
def test_whoever_dies_over_a_file_that_ends_in_a_fault_counts_it_once(
    monkeypatch: pytest.MonkeyPatch, *, made: bool
) -> None:
    monkeypatch.setattr("postroom.users.imports.reading.MOST_USERS", 6)
    for at in range(1, 14):
        office = Office()
        import_id = office.started(ndjson(*people(*range(9))))
        [(ticket, _)] = office.tickets.waiting
        office.fate.writes, office.fate.at, office.fate.made = 0, at, made

        with suppress(Dead):
            office.work()
        office.tickets.put(ticket)
        office.clock.advance(LEASE)
        office.work()

        assert office.shown(import_id).status == "failed", at
        assert office.shown(import_id).counts == Counts(created=6, refused=1), at
        assert office.refused(import_id) == {7: "file"}, at
    assert office.fate.writes < 14  # there was none that did not end somebody


@pytest.mark.parametrize("error", [Dead, Unavailable])
def test_a_line_that_is_taken_when_it_is_tried_again_is_not_told_as_refused(
    office: Office, error: Callable[[], BaseException]
) -> None:
    taken = a_user(id="other", email="u1@example.com")
    office.add(taken)
    import_id = office.started(ndjson(*people(0, 1)))
    [(ticket, _)] = office.tickets.waiting
    office.fate.writes, office.fate.at, office.fate.error = 0, 6, error  # the refusal is kept, and not yet counted

    with suppress(Dead):
        office.run(office.tickets.waiting.pop()[0], FOREVER)
    assert office.shown(import_id).line == 0
    office.users.delete(taken)
    office.tickets.put(ticket)
    office.clock.advance(LEASE)
    office.work()

    assert office.shown(import_id).counts == Counts(created=2)
    assert office.refused(import_id) == {}


class Outage:
    """For some hours from noon what it is put before does not answer."""

    def __init__(self, office: Office, hours: int) -> None:
        self._clock = office.clock
        self._until = NOON + timedelta(hours=hours)

    def before(self, call: Callable[..., Any], *, when: Callable[..., bool] = lambda *_: True) -> Callable[..., Any]:
        def may_answer(*given: object) -> object:
            if self._clock() < self._until and when(*given):
                raise Unavailable
            return call(*given)

        return may_answer


@pytest.mark.parametrize("silent", ["users", "files", "imports", "users and giving back"])
def test_an_import_outlives_an_outage_of_hours(office: Office, silent: str) -> None:
    import_id = office.started(ndjson(*people(*range(9))))
    outage, users, imports, files = Outage(office, hours=6), office.users, office.imports, office.files
    match silent:
        case "imports":
            imports.get = outage.before(imports.get)  # type: ignore[method-assign]
        case "files":
            files.blocks = outage.before(files.blocks)  # type: ignore[method-assign]
        case _:
            users.get_many = outage.before(users.get_many)  # type: ignore[method-assign]
    if silent == "users and giving back":
        imports.change = outage.before(  # type: ignore[method-assign]
            imports.change, when=lambda *given: given[2] == handed_on(office.shown(import_id))
        )

    office.work()

    assert office.clock() >= NOON + timedelta(hours=6)
    assert office.shown(import_id).counts == Counts(created=9)


def test_the_longer_nothing_answers_the_longer_an_import_waits(office: Office) -> None:
    import_id = office.started(ndjson(*people(*range(9))))
    keep, waits = office.users.get_many, []
    silent = [True] * 8 + [False, True, False, False]

    def flapping(tenant_id: str, user_ids: Sequence[str]) -> dict[str, User]:
        if silent.pop(0):
            raise Unavailable
        return keep(tenant_id, user_ids)

    office.users.get_many = flapping  # type: ignore[assignment]
    while office.tickets.waiting:
        ticket, seconds = office.tickets.waiting.pop()
        waits.append(seconds)
        office.run(ticket, FOREVER)

    assert waits == [0, 20, 40, 80, 160, 320, 640, 900, 900, 20]
    assert office.shown(import_id).counts == Counts(created=9)


def test_when_nothing_answers_for_a_day_the_ticket_is_left_to_the_queue_and_its_alarm(office: Office) -> None:
    import_id = office.started(ndjson(*people(1)))
    keep = office.users.get_many
    office.users.get_many = Outage(office, hours=24 * 7).before(keep)  # type: ignore[method-assign]

    with pytest.raises(Unavailable):
        office.work()

    assert timedelta(hours=23) < office.clock() - NOON < timedelta(hours=25)
    assert office.shown(import_id).status == "running"
    office.users.get_many = keep  # type: ignore[method-assign]
    office.start("ten_a", import_id)
    office.work()
    assert office.shown(import_id).counts == Counts(created=1)


def test_a_later_portion_is_told_as_it_was_done_at_last(office: Office) -> None:
    taken = a_user(id="other", email="u5@example.com")
    office.add(taken)
    import_id = office.started(ndjson(*people(*range(7))))
    [(ticket, _)] = office.tickets.waiting
    keep = office.files.keep_refusals

    def dies_when_it_is_kept(tenant_id: str, import_id: str, first_line: int, refusals: Sequence[Refusal]) -> None:
        keep(tenant_id, import_id, first_line, refusals)
        if refusals:
            raise Dead

    office.files.keep_refusals = dies_when_it_is_kept  # type: ignore[method-assign]
    with pytest.raises(Dead):
        office.work()
    assert office.shown(import_id).line == PORTION
    office.users.delete(taken)
    office.tickets.put(ticket)
    office.clock.advance(LEASE)
    office.work()

    assert office.shown(import_id).counts == Counts(created=7)
    assert office.refused(import_id) == {}


@pytest.mark.parametrize(("faults", "most"), [(0, 3), (1, 4), (99, 4)])
def test_an_import_that_kills_whoever_begins_it_is_given_up(office: Office, faults: int, most: int) -> None:
    import_id = office.started(ndjson(*people(1)))
    ticket = Ticket("ten_a", import_id, faults)
    kills = 0

    def killing(*_: object) -> dict[str, User]:
        nonlocal kills
        kills += 1
        raise Dead

    office.users.get_many = killing  # type: ignore[assignment]
    for _ in range(9):
        office.clock.advance(LEASE)
        with suppress(Dead):
            office.run(ticket, FOREVER)

    assert kills == most
    assert office.shown(import_id).status == "failed"
    assert "however often it was begun" in str(office.shown(import_id).detail)


def test_a_second_delivery_waits_until_the_first_has_ended(office: Office) -> None:
    import_id = office.started(ndjson(*people(*range(9))))
    ticket = Ticket("ten_a", import_id)
    seconds: list[int] = []

    def delivered_again() -> Iterator[bytes]:
        for block in MemoryFiles.blocks(office.files, "ten_a", import_id, _source(office, import_id)):
            office.run(ticket, FOREVER)
            seconds.append(office.tickets.waiting.pop()[1])
            yield block

    office.files.blocks = lambda *_: delivered_again()  # type: ignore[method-assign]
    office.tickets.waiting.clear()
    office.run(ticket, FOREVER)

    assert office.shown(import_id).counts == Counts(created=9)
    assert sorted(office.users.puts) == [f"u{number}" for number in range(9)]
    assert seconds
    assert set(seconds) == {121}
    office.run(ticket, FOREVER)
    assert office.tickets.waiting == []


def _source(office: Office, import_id: str) -> SourceFile:
    found = office.files.source("ten_a", import_id)
    assert found is not None
    return found


def test_who_was_thought_dead_and_comes_back_counts_nothing(office: Office) -> None:
    import_id = office.started(ndjson(*people(*range(9))))
    ticket = Ticket("ten_a", import_id)
    office.tickets.waiting.clear()
    keep = office.users.get_many
    frozen: list[bool] = []

    def freezes(tenant_id: str, user_ids: Sequence[str]) -> dict[str, User]:
        frozen.append(True)
        if len(frozen) == 1:
            office.clock.advance(LEASE)
            office.run(ticket, FOREVER)  # somebody else takes over and comes to the end
            office.clock.advance(-LEASE)  # its clock is behind: only the row tells it
        return keep(tenant_id, user_ids)

    office.users.get_many = freezes  # type: ignore[assignment]
    office.run(ticket, FOREVER)

    assert len(frozen) == 1 + 3  # it began one portion, the other all three
    assert office.shown(import_id).status == "done"
    assert office.shown(import_id).counts == Counts(created=9)


def test_who_comes_back_while_somebody_else_works_leaves_it_alone(office: Office) -> None:
    import_id = office.started(ndjson(*people(*range(9))))
    ticket = Ticket("ten_a", import_id)
    keep = office.users.get_many
    asked = 0

    def freezes(tenant_id: str, user_ids: Sequence[str]) -> dict[str, User]:
        nonlocal asked
        asked += 1
        if asked == 3:
            raise Dead
        if asked == 1:
            office.clock.advance(LEASE)
            with pytest.raises(Dead):  # with its second portion
                office.run(ticket, FOREVER)
            office.clock.advance(-LEASE)
        return keep(tenant_id, user_ids)

    office.users.get_many = freezes  # type: ignore[assignment]
    office.run(ticket, FOREVER)

    assert (office.shown(import_id).status, office.shown(import_id).line) == ("running", PORTION)


def test_who_knows_that_its_lease_is_over_writes_no_user_more(office: Office) -> None:
    import_id = office.started(ndjson(*people(*range(3))))
    keep = office.users.get_many

    def late(tenant_id: str, user_ids: Sequence[str]) -> dict[str, User]:
        office.clock.advance(LEASE)
        return keep(tenant_id, user_ids)

    office.users.get_many = late  # type: ignore[assignment]
    [(ticket, _)] = office.tickets.waiting
    office.tickets.waiting.clear()
    office.run(ticket, FOREVER)

    assert office.users.puts == []
    assert office.shown(import_id).counts == Counts()
    office.users.get_many = keep  # type: ignore[method-assign]
    office.work()
    assert office.shown(import_id).counts == Counts(created=3)


def test_a_line_is_applied_upon_what_another_import_changes_meanwhile(office: Office) -> None:
    office.add(*(a_user(id=f"u{number}", email=f"u{number}@example.com") for number in range(3)))
    keep = office.users.get_many

    def changes(tenant_id: str, user_ids: Sequence[str]) -> dict[str, User]:
        seen = keep(tenant_id, user_ids)
        first = seen["u0"]
        later = NOON + timedelta(seconds=1)
        changed = replace(first, locale="de", revision=2, updated_at=later, import_id="imp_other")
        MemoryUsers.put(office.users, changed, first)
        return seen

    office.users.get_many = changes  # type: ignore[assignment]
    done = office.imported(ndjson(*people(0, 1, 2, name="new")))

    changed = office.users.get("ten_a", "u0")
    assert done.counts == Counts(changed=3)
    assert changed is not None
    assert (changed.name, changed.locale, changed.revision) == ("new", "de", 3)


def test_a_user_that_is_put_after_the_start_stays_as_it_was_put(office: Office) -> None:
    office.add(*(a_user(id=f"u{number}", email=f"u{number}@example.com") for number in range(3)))
    put = PutUser(office.users, office.clock)
    put("ten_a", "u0", Wishes(name="before"))
    import_id = office.started(ndjson(*people(0, 1, name="from the file"), *people(2)))
    office.clock.advance(timedelta(seconds=1))
    for number in (1, 2):
        put("ten_a", f"u{number}", Wishes(name="after"))

    office.work()

    users = [office.users.get("ten_a", f"u{number}") for number in range(3)]
    assert [user.name for user in users if user] == ["from the file", "after", "after"]
    assert office.shown(import_id).counts == Counts(changed=1, unchanged=1, refused=1)
    assert office.refused(import_id) == {2: "id"}


def test_a_portion_that_is_done_again_leaves_what_was_put_in_between(office: Office) -> None:
    import_id = office.started(ndjson(*people(0, 1, name="from the file")))
    [(ticket, _)] = office.tickets.waiting
    office.fate.writes, office.fate.at = 0, 4  # both are written, and not yet counted

    with pytest.raises(Dead):
        office.work()
    office.clock.advance(LEASE)
    PutUser(office.users, office.clock)("ten_a", "u1", Wishes(name="after"))
    office.tickets.put(ticket)
    office.work()

    user = office.users.get("ten_a", "u1")
    assert user is not None
    assert user.name == "after"
    assert office.shown(import_id).counts == Counts(created=1, refused=1)
