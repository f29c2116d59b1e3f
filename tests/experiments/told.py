"""Who was told of what, when and where, held to the wishes as they are told a second time.

It knows nothing of how the product does it: only what was posted, when somebody looked at it, when the clock of digests
struck, and which mails went out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.experiments.wishes import Event, House, Person, awake_at, expected, hears, most_at_once, when_too_many

_HOUR = timedelta(hours=1)
_A_MOMENT = timedelta(minutes=2)


@dataclass(frozen=True)
class Asked:
    """Whether there was room for one more of a kind at once."""

    user: str
    event_id: str
    at: datetime
    admitted: bool
    anew: bool = False
    """It was admitted before, and is counted when it goes."""


@dataclass(frozen=True)
class Mail:
    """One that a server took. ``digest``: of which it is one, None for what was told at once."""

    user: str
    at: datetime
    address: str
    event_ids: tuple[str, ...]
    digest: str | None = None


@dataclass
class Story:
    """``looks``: when it was said of a user and an event what becomes of it. ``struck``: when digests were looked for.

    ``people``, by name, as they were from each moment on.
    """

    house: House
    people: list[tuple[datetime, Mapping[str, Person]]]
    events: dict[str, Event] = field(default_factory=dict)
    looks: dict[tuple[str, str], list[datetime]] = field(default_factory=lambda: defaultdict(list))
    asked: list[Asked] = field(default_factory=list)
    struck: list[datetime] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)

    def person(self, name: str, at: datetime) -> Person:
        return [people for since, people in self.people if since <= at][-1][name]

    def mails_of(self, name: str, event_id: str) -> list[Mail]:
        return [mail for mail in self.mails if mail.user == name and event_id in mail.event_ids]

    def pairs(self) -> Iterator[tuple[str, str]]:
        return ((name, event_id) for event_id in self.events for name in self.people[0][1])


def differences(story: Story, slack: timedelta) -> Iterator[str]:
    """Of people who do not change their minds, and of events that are told of no later than ``slack`` after them."""
    yield from too_much(story)
    for name, event_id in story.pairs():
        for words in _of_one(story, story.person(name, story.people[0][0]), event_id, slack):
            yield f"{name}, {event_id}: {words}"
    yield from _not_together(story)


def too_much(story: Story) -> Iterator[str]:
    """What holds whatever happens: nothing twice, no empty mail, and of one kind no more at once than there is room."""
    told = Counter((mail.user, event_id) for mail in story.mails for event_id in mail.event_ids)
    yield from (f"{pair} is told {times} times" for pair, times in told.items() if times > 1)
    yield from (f"an empty mail to {mail.user}" for mail in story.mails if not mail.event_ids)
    admitted: dict[tuple[str, str], dict[str, datetime]] = defaultdict(dict)
    for one in story.asked:
        before = admitted[one.user, story.events[one.event_id].name]
        within = [at for event_id, at in before.items() if event_id != one.event_id and one.at - at < _HOUR]
        counted = before.get(one.event_id)
        is_counted = counted is not None and not (one.anew and one.at - counted > _A_MOMENT)
        room = is_counted or len(within) < most_at_once(story.person(one.user, one.at), story.house)
        if one.admitted is not room:
            yield f"{one.user}, {one.event_id}: {'' if room else 'no '}room at {one.at}, and {one.admitted}"
        if one.admitted and not is_counted:
            before[one.event_id] = one.at


def _of_one(story: Story, person: Person, event_id: str, slack: timedelta) -> Iterator[str]:
    event, mails = story.events[event_id], story.mails_of(person.name, event_id)
    if not hears(person, story.house, event):
        if mails or story.looks[person.name, event_id]:
            yield "told, and not wanted"
        return
    if len(mails) != 1:
        yield f"told {len(mails)} times"
        return
    [mail] = mails
    if mail.address != expected(person, story.house, event).address:
        yield f"told to {mail.address}"
    may_be = [_due(story, person, event_id, at) for at in story.looks[person.name, event_id]]
    if not any(_is_as_due(story, person, mail, due, slack) for due in may_be):
        yield f"told {'in a digest' if mail.digest else 'at once'} at {mail.at}, due {may_be}"


@dataclass(frozen=True)
class _Due:
    at: datetime
    at_once: bool


def _due(story: Story, person: Person, event_id: str, at: datetime) -> _Due:
    event = replace(story.events[event_id], at=at)
    wished = expected(person, story.house, event)
    assert wished.when is not None
    if event.critical or wished.when > at or wished.period:
        return _Due(wished.when, at_once=event.critical)
    asked = [one.admitted for one in story.asked if (one.user, one.event_id) == (person.name, event_id)]
    if all(asked):
        return _Due(at, at_once=bool(asked))
    return _Due(when_too_many(person, story.house, at), at_once=False)


def _is_as_due(story: Story, person: Person, mail: Mail, due: _Due, slack: timedelta) -> bool:
    if due.at_once is not (mail.digest is None):
        return False
    first = due.at if due.at_once else _first_chance(story, person, due.at)
    return first is not None and first <= mail.at <= first + slack


def _first_chance(story: Story, person: Person, due: datetime) -> datetime | None:
    """Of the moments at which the clock struck the first one that is late enough, and not in quiet hours."""
    for struck in sorted(story.struck):
        if struck >= due:
            due = awake_at(person, struck)
            if due == struck:
                return struck
    return None


def _not_together(story: Story) -> Iterator[str]:
    """What is due at one moment, to one address, is one mail."""
    found: dict[tuple[str, datetime, str], set[str | None]] = defaultdict(set)
    for name, event_id in story.pairs():
        looks, mails = story.looks[name, event_id], story.mails_of(name, event_id)
        if len(set(looks)) == 1 and len(mails) == 1 and mails[0].digest:
            due = _due(story, story.person(name, looks[0]), event_id, looks[0])
            found[name, due.at, mails[0].address].add(mails[0].digest)
    yield from (f"{one} is told in {len(digests)} digests" for one, digests in found.items() if len(digests) > 1)
    parts = Counter((mail.digest, mail.address) for mail in story.mails if mail.digest)
    yield from (f"{one} are {times} mails" for one, times in parts.items() if times > 1)


def dishonest(story: Story) -> Iterator[str]:
    """Of people who change their minds: what every mail has to be when it goes, and who must have been told."""
    yield from too_much(story)
    for mail in story.mails:
        person = story.person(mail.user, mail.at)
        for event_id in mail.event_ids:
            for words in _wrong_now(story, person, mail, event_id):
                yield f"{mail.user}, {event_id}: {words} at {mail.at}"
    for name, event_id in story.pairs():
        always = _always_wanted(story, name, event_id)
        if always and not story.mails_of(name, event_id):
            yield f"{name}, {event_id}: wanted all the time, and never told"


def _wrong_now(story: Story, person: Person, mail: Mail, event_id: str) -> Iterator[str]:
    event = replace(story.events[event_id], at=mail.at)
    wished = expected(person, story.house, event)
    if wished.when is None:
        yield "told, and not wanted"
        return
    if wished.address != mail.address:
        yield f"told to {mail.address}"
    if mail.digest is None and not event.critical and (wished.period or wished.when > mail.at):
        yield "told at once, and wanted later"
    if mail.digest is not None and awake_at(person, mail.at) > mail.at:
        yield "told in quiet hours"


def _always_wanted(story: Story, name: str, event_id: str) -> bool:
    """Since it was posted. Who was another one at the same moment may have been seen as either."""
    event = story.events[event_id]
    seen = [people[name] for since, people in story.people if since >= event.at]
    return all(hears(person, story.house, event) for person in (story.person(name, event.at), *seen))
