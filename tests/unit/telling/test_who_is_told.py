"""Each event reaches each user exactly as the wishes say, once: random histories, told a second time in other words."""

from datetime import time, timedelta

from hypothesis import Phase, given, settings

from postroom.telling.throttle import AdmitByHour
from tests.experiments.telling import World
from tests.experiments.told import differences, dishonest
from tests.experiments.wishes import Event, House, Person, Said
from tests.fakes.time import NOON
from tests.unit.telling.histories import Become, History, Meanwhile, Post, with_trouble, without_trouble

QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
"""Each example is a world of its own: the smallest one that fails is not worth its time."""

ANN = Person("ann", "admin", "UTC", own={"job_failed": Said(enabled=True)})
SILENT = Person("ann", "admin", "UTC", own={"job_failed": Said(enabled=False)})
NIGHT = (("thursday",), time(13), time(20))
FAILED = Event("job_failed", None, critical=False, at=NOON)
POST, CRITICAL = Post((FAILED,)), Post((Event("job_failed", None, critical=True, at=NOON),))


@settings(max_examples=80, phases=QUICK, deadline=None)
@given(without_trouble)
def test_each_event_reaches_each_user_as_the_wishes_say_once(history: History) -> None:
    check_exactly(history)


def check_exactly(history: History) -> World:
    world = history.world()
    assert list(differences(world.story, timedelta(0))) == []
    assert world.untrue() == []
    return world


@settings(max_examples=80, phases=QUICK, deadline=None)
@given(with_trouble)
def test_nobody_is_told_twice_or_against_their_wishes_or_not_at_all_when_workers_die_and_people_change_their_minds(
    history: History,
) -> None:
    check_honestly(history)


def check_honestly(history: History) -> World:
    world = history.world()
    assert list(dishonest(world.story)) == []
    assert world.untrue() == []
    return world


def test_too_much_of_a_kind_and_what_came_in_quiet_hours_are_one_digest_when_these_end() -> None:
    person = Person("ann", "admin", "UTC", own=ANN.own, windows=(NIGHT,), most=1)
    steps = ((1, POST, None), (1, POST, None), (1, POST, None), (65, POST, None), (1, CRITICAL, None))

    story = check_exactly(History(House(), (person,), NOON, steps)).story

    assert [len(mail.event_ids) for mail in story.mails] == [1, 1, 3]
    assert [mail.digest is None for mail in story.mails] == [True, True, False]


def test_a_mail_that_waited_until_quiet_hours_goes_in_a_digest_when_they_end() -> None:
    quiet = Person("ann", "admin", "UTC", own=ANN.own, windows=(NIGHT,))

    story = check_honestly(History(House(), (ANN,), NOON, ((1, Meanwhile(POST, Become(0, quiet), 61), None),))).story

    [mail] = story.mails
    assert mail.digest is not None
    assert (mail.at.hour, mail.at.minute) == (20, 0)


def test_a_mail_that_waited_is_not_sent_to_who_does_not_want_it_any_more() -> None:
    story = check_honestly(History(House(), (ANN,), NOON, ((1, Meanwhile(POST, Become(0, SILENT), 0), None),))).story

    assert story.mails == []


def test_a_sender_that_asks_nobody_is_found_out() -> None:
    world = world_of(ANN)
    world.sender.still_wanted = lambda *_: {}

    Meanwhile(POST, Become(0, SILENT), 0)(world)

    assert "told, and not wanted" in str(list(dishonest(world.story)))


def test_a_throttle_that_lets_all_through_is_found_out() -> None:
    world = world_of(Person("ann", "admin", "UTC", own=ANN.own, most=1))
    world.admitting.throttle = Generous(world.lately)

    Post((FAILED, FAILED))(world)

    assert "no room" in str(list(dishonest(world.story)))
    assert "no room" in str(list(differences(world.story, timedelta(0))))


def test_a_digest_that_nobody_makes_and_a_mail_that_comes_twice_are_found_out() -> None:
    world = world_of(Person("ann", "admin", "UTC", own={"job_failed": Said(enabled=True, delivery="daily")}))
    POST(world)
    untold = list(differences(world.story, timedelta(0)))
    world.go_on_to_the_end()
    world.story.mails *= 2

    assert "told 0 times" in str(untold)
    assert "told 2 times" in str(list(dishonest(world.story)))


class Generous(AdmitByHour):
    def admits(self, *_: object, anew: bool = False) -> bool:
        return True


def world_of(person: Person) -> World:
    return World(House(), {person.name: person}, NOON)
