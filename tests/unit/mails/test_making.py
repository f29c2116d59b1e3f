"""What becomes of a request behind the queue: one mail with a link that works, or none."""

import base64
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP
from typing import Any
from urllib.parse import urlsplit

import pytest

from postroom.delivery.model import Phase, Reply, ReplyClass, Verdict
from postroom.errors import Invalid, Unavailable
from postroom.ids import Seed
from postroom.mails.cool_down import LetThrough
from postroom.mails.make import MakeMail, Outcome
from postroom.mails.model import LETTERS, CoolDown, Kind, MailRequest, MailSettings
from postroom.mails.queue import read_request, write_request
from postroom.messages import life
from postroom.messages.accept import Lifetimes
from postroom.messages.cancel import CancelMessage
from postroom.messages.model import OnUncertain, Priority, Status
from postroom.templates.model import Chosen, Reference, Source, Wanted
from postroom.tokens.issue import IssueToken
from postroom.tokens.model import Issued, Purpose, Token
from postroom.users.manage import FindUsers
from tests.builders import a_pool, a_user, an_account
from tests.fakes.messages import Died
from tests.fakes.sending import TENANT
from tests.fakes.time import NOON
from tests.unit.mails.conftest import APP, Office

USER = {
    "id": "ann",
    "email": "Ann@example.com",
    "name": "Ann",
    "user_type": "editor",
    "locale": "de-AT",
    "attributes": {},
}


@pytest.mark.parametrize(
    ("path", "body", "template", "priority", "lives", "data", "leads_to"),
    [
        (
            "verification",
            {"user_id": "ann", "base_url": APP},
            "email_verification",
            Priority.HIGH,
            timedelta(hours=24),
            {"name": "Ann", "hours": 24, "user": USER},
            "/verify-email",
        ),
        (
            "password-reset",
            {"email": "ANN@example.com", "base_url": APP},
            "password_reset",
            Priority.HIGH,
            timedelta(hours=1),
            {"name": "Ann", "minutes": 60, "user": USER},
            "/reset-password",
        ),
        (
            "invitation",
            {
                "inviter": "ann",
                "invitee_email": "bob@example.org",
                "user_type": "viewer",
                "base_url": f"{APP}/join?x=1",
            },
            "user_invitation",
            Priority.NORMAL,
            timedelta(days=7),
            {"inviter_name": "Ann", "invitee_email": "bob@example.org", "user_type": "viewer", "days": 7},
            "/join",
        ),
    ],
)
def test_a_mail_has_its_template_its_data_and_a_sealed_link_and_ends_before_its_token(
    *,
    office: Office,
    path: str,
    body: dict[str, Any],
    template: str,
    priority: Priority,
    lives: timedelta,
    data: dict[str, Any],
    leads_to: str,
) -> None:
    office.post(path, **body)
    office.work()

    [message] = office.messages
    assert message.template is not None
    assert message.template.name == template
    assert (message.priority, message.on_uncertain) == (priority, OnUncertain.RESEND)
    assert message.expires_at == NOON + lives - timedelta(minutes=2)
    assert list(message.recipients) == ["bob@example.org" if path == "invitation" else "Ann@example.com"]
    assert office.filling(message).data == data
    link = urlsplit(office.link(message))
    assert (f"{link.scheme}://{link.netloc}", link.path) == (APP, leads_to)


def test_a_welcome_has_no_token_and_its_link_leads_where_it_was_told(office: Office) -> None:
    office.post("welcome", user_id="ann", base_url=f"{APP}/start")
    office.post("welcome", user_id="ann")
    office.settings.put(TENANT, MailSettings(origins=(APP,), cool_down=CoolDown(per_minute=2)))

    assert office.work() == [Outcome.ACCEPTED] * 2
    with_link, without = (office.filling(message) for message in office.messages)

    assert {with_link.data["link"], without.data["link"]} == {f"{APP}/start", ""}
    assert {**with_link.data, "link": ""} == {"name": "Ann", "email": "Ann@example.com", "link": "", "user": USER}
    assert (with_link.sealed, office.tokens.tokens) == (None, {})


def test_what_an_inviter_without_a_name_is_called(office: Office) -> None:
    office.users.put(a_user(tenant_id=TENANT, id="eve", email="eve@example.com", name=""), None)

    office.post("invitation", inviter="eve", invitee_email="bob@example.org", base_url=APP)
    office.work()

    assert office.filling(office.messages[0]).data["inviter_name"] == "eve@example.com"


def test_the_variant_is_that_of_the_users_language_and_type_unless_the_request_says(office: Office) -> None:
    wanted = list[Wanted]()

    def serve(_: str, wishes: Any) -> dict[Wanted, Chosen | str]:  # noqa: ANN401 - an iterable of wishes
        wanted.extend(wishes)
        return {wish: Chosen(Reference(wish.name_or_id), "Hello") for wish in wishes}

    office.sender.templates.serve = serve  # type: ignore[assignment,method-assign]
    office.make = replace(office.make, accept=office.sender.acceptor())
    office.post("welcome", user_id="ann")
    office.post("verification", user_id="ann", base_url=APP, locale="fr")
    office.post("invitation", inviter="ann", invitee_email="bob@example.org", base_url=APP, user_type="viewer")
    office.work()

    assert list(dict.fromkeys(wanted)) == [
        Wanted("welcome", "de-AT", "editor"),
        Wanted("email_verification", "fr", "editor"),
        Wanted("user_invitation", "", "viewer"),
    ]


def test_a_mail_goes_to_the_address_that_is_stored_not_to_the_one_that_was_typed(office: Office) -> None:
    office.users.put(a_user(tenant_id=TENANT, id="zoe", email="zoë@example.com"), None)

    office.ask_for_reset("ZOE\u0308@example.com")
    office.work()

    assert list(office.messages[0].recipients) == ["zoë@example.com"]


def test_the_token_of_a_link_is_nowhere_but_in_its_seal(office: Office) -> None:
    office.ask_for_reset()
    office.work()
    [message] = office.messages
    token = office.link(message).partition("token=")[2]

    # What is stored of it in both features, without what the seal holds.
    filling = replace(office.filling(message), sealed=None)
    current = [replace(one, sealed=None) for one in office.tokens.current.values()]

    assert len(token) == 43
    assert token not in repr((filling, current, office.tokens.tokens, message, office.cool_downs.__dict__))


def test_a_link_is_good_once_and_for_its_own_purpose(office: Office) -> None:
    office.ask_for_reset()
    office.work()
    link = office.link(office.messages[0])

    with pytest.raises(Invalid):
        office.verify(link, Purpose.EMAIL_VERIFICATION)
    assert office.verify(link).token.person.user_id == "ann"
    with pytest.raises(Invalid):
        office.verify(link)


def test_a_newer_mail_revokes_the_older_ones_link(office: Office) -> None:
    for _ in range(2):
        office.ask_for_reset()
        office.work()
        office.clock.advance(timedelta(minutes=1))
    older, newer = (office.link(message) for message in office.messages)

    with pytest.raises(Invalid):
        office.verify(older)
    assert office.verify(newer).token.person.user_id == "ann"


def test_a_mail_that_still_waits_is_withdrawn_when_a_newer_one_revokes_its_link(office: Office) -> None:
    for _ in range(3):
        office.ask_for_reset()
        office.work()
        office.clock.advance(timedelta(minutes=1))
    office.post("verification", user_id="ann", base_url=APP)
    office.work()
    office.sender.add_account(an_account(tenant_id=TENANT))

    office.sender.run()

    first, second, third, another = office.messages
    assert [first.status, second.status] == [Status.CANCELLED] * 2
    assert "newer mail" in first.detail
    assert [third.status, another.status] == [Status.SENT] * 2


def test_a_mail_that_is_sent_or_being_sent_is_left_as_it_is_when_its_link_is_revoked(office: Office) -> None:
    office.ask_for_reset()
    office.work()
    office.sender.add_account(an_account(tenant_id=TENANT))
    office.sender.run()
    office.clock.advance(timedelta(minutes=1))
    office.ask_for_reset()
    office.work()
    second = office.messages[1]
    change = life.claim(second, "claim", "acc_1", "m@example.com", office.clock() + timedelta(minutes=1), None)
    office.sender.messages.change(TENANT, second.id, change)
    office.clock.advance(timedelta(minutes=1))
    office.ask_for_reset()

    assert office.work() == [Outcome.ACCEPTED]
    assert [message.status for message in office.messages] == [Status.SENT, Status.SENDING, Status.QUEUED]


def test_a_crash_anywhere_leaves_no_mail_whose_link_was_revoked() -> None:
    crashes = 0
    for dies_before in range(100):
        office = Office()
        office.ask_for_reset()
        office.work()
        office.clock.advance(timedelta(minutes=1))
        office.ask_for_reset()
        [request] = office.requests.waiting
        try:
            fragile(office, dies_before)(request)
        except Died:
            crashes += 1
            assert office.make(request) is Outcome.ACCEPTED
        else:
            break

        older, newer = office.messages
        assert (older.status, newer.status) == (Status.CANCELLED, Status.QUEUED)
        assert office.verify(office.link(newer)).token.person.user_id == "ann"

    assert crashes >= 12


def test_who_replaces_a_mail_that_was_never_made_withdraws_the_one_before_it(office: Office) -> None:
    office.ask_for_reset()
    office.work()
    office.clock.advance(timedelta(minutes=1))
    office.ask_for_reset()
    [request] = office.requests.waiting
    office.requests.waiting = []
    office.sender.messages.down = True
    with pytest.raises(Unavailable):
        office.make(request)
    office.sender.messages.down = False
    office.clock.advance(timedelta(minutes=1))
    office.ask_for_reset()
    office.work()

    assert [message.status for message in office.messages] == [Status.CANCELLED, Status.QUEUED]
    assert office.make(request) is Outcome.OVERTAKEN


def test_a_request_that_comes_twice_makes_one_mail_whose_link_works(office: Office) -> None:
    office.ask_for_reset()
    office.requests.waiting *= 3

    assert office.work() == [Outcome.ACCEPTED] * 3
    [message] = office.messages
    assert office.verify(office.link(message)).token.person.user_id == "ann"


def test_a_request_that_comes_again_after_its_link_was_used_changes_nothing(office: Office) -> None:
    office.ask_for_reset()
    again = list(office.requests.waiting)
    office.work()
    office.verify(office.link(office.messages[0]))
    office.requests.waiting = again

    assert office.work() == [Outcome.OVERTAKEN]
    assert len(office.messages) == 1
    with pytest.raises(Invalid):
        office.verify(office.link(office.messages[0]))


def test_requests_that_overtake_each_other_leave_the_newest_link_alone(office: Office) -> None:
    office.settings.put(TENANT, MailSettings(origins=(APP,), cool_down=CoolDown(per_minute=2)))
    office.ask_for_reset()
    office.clock.advance(timedelta(seconds=1))
    office.ask_for_reset()
    office.requests.waiting.reverse()

    assert office.work() == [Outcome.ACCEPTED, Outcome.OVERTAKEN]
    [message] = office.messages
    assert office.verify(office.link(message)).token.person.user_id == "ann"


def test_copies_at_the_same_time_make_one_mail_whose_link_works(office: Office) -> None:
    for round_number in range(20):
        office.ask_for_reset()
        [request] = office.requests.waiting
        office.requests.waiting = []
        start = threading.Barrier(8)

        def copy(start: threading.Barrier = start, make: MakeMail = office.make, request: Any = request) -> None:  # noqa: ANN401
            start.wait()
            make(request)

        threads = [threading.Thread(target=copy) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(office.messages) == round_number + 1
        assert office.verify(office.link(office.messages[-1])).token.person.user_id == "ann"
        office.clock.advance(timedelta(hours=1))


class Fragile:
    """Ends the process before the call of this number to anything that it stands before."""

    def __init__(self, dies_before: int) -> None:
        self.left = dies_before

    def around(self, inner: Any) -> Any:  # noqa: ANN401 - a store of any kind
        fragile = self

        class Around:
            def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever it has
                found = getattr(inner, name)
                return fragile.counted(found) if callable(found) else found

        return Around()

    def counted(self, call: Any) -> Any:  # noqa: ANN401 - a method of any kind
        def counted(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever it takes
            self.left -= 1
            if self.left < 0:
                raise Died
            return call(*args, **kwargs)

        return counted


def fragile(office: Office, dies_before: int) -> MakeMail:
    dies = Fragile(dies_before)
    sealer, acceptor = office.sealer, office.sender.acceptor()
    consign = replace(
        acceptor.consign, store=dies.around(office.sender.messages), contents=dies.around(office.sender.contents)
    )
    return replace(
        office.make,
        users=FindUsers(dies.around(office.users)),
        let_through=LetThrough(dies.around(office.cool_downs)),
        issue=IssueToken(dies.around(office.tokens), sealer),
        seal=dies.around(sealer),
        accept=replace(acceptor, consign=consign, queues=dies.around(office.sender.queues)),
        cancel=CancelMessage(dies.around(office.sender.messages), lambda *_: None),
    )


def test_a_crash_anywhere_leaves_one_mail_with_a_link_that_works() -> None:
    crashes = 0
    for dies_before in range(100):
        office = Office()
        office.ask_for_reset()
        [request] = office.requests.waiting
        try:
            fragile(office, dies_before)(request)
        except Died:
            crashes += 1
            assert office.make(request) is Outcome.ACCEPTED
        else:
            break

        [message] = office.messages
        assert message.status is Status.QUEUED
        assert office.verify(office.link(message)).token.person.user_id == "ann"

    assert crashes >= 10


def test_a_token_of_its_own_for_each_try_would_leave_a_dead_link() -> None:
    # The control: a copy that is slow to store its mail puts a link into it that the other's token has replaced.
    class Forgetful(IssueToken):
        def __call__(self, token: Token, order: str) -> Issued | None:
            return super().__call__(token, f"{order}{len(office.tokens.tokens):03}")

    office = Office()
    office.make = replace(office.make, issue=Forgetful(office.tokens, office.sealer))
    office.ask_for_reset()
    [request] = office.requests.waiting
    office.make(request)
    [message] = office.messages
    link = office.link(message)
    office.make.issue(next(iter(office.tokens.tokens.values())), request.id)

    with pytest.raises(Invalid):
        office.verify(link)


def test_what_cannot_be_stored_now_is_tried_again(office: Office) -> None:
    office.ask_for_reset()
    [request] = office.requests.waiting
    office.sender.messages.down = True
    with pytest.raises(Unavailable):
        office.make(request)
    office.sender.messages.down = False

    assert office.make(request) is Outcome.ACCEPTED
    assert office.verify(office.link(office.messages[0])).token.person.user_id == "ann"


def test_a_link_that_lives_longer_than_content_is_kept_has_a_mail_that_ends_earlier(office: Office) -> None:
    kept = Lifetimes(message=timedelta(hours=72), retention=timedelta(days=1))
    office.make = replace(office.make, accept=replace(office.sender.acceptor(), lifetimes=kept))
    office.post("invitation", inviter="ann", invitee_email="bob@example.org", base_url=APP)

    assert office.work() == [Outcome.ACCEPTED]
    [message] = office.messages
    assert message.expires_at == NOON + timedelta(days=1)
    assert office.filling(message).data["days"] == 7
    office.clock.advance(timedelta(days=6))
    assert office.verify(office.link(message), Purpose.INVITATION).token.inviter == "ann"


def test_a_mail_ends_with_its_token_although_the_lifetime_was_changed_between_two_tries(office: Office) -> None:
    office.clock.advance(timedelta(microseconds=1_499))
    office.ask_for_reset()
    [request] = office.requests.waiting
    office.sender.messages.down = True
    with pytest.raises(Unavailable):
        office.make(request)
    office.sender.messages.down = False
    longer = {**MailSettings().lifetimes, Purpose.PASSWORD_RESET: timedelta(hours=9)}
    office.settings.put(TENANT, MailSettings(origins=(APP,), lifetimes=longer))

    office.make(request)

    [message] = office.messages
    assert message.expires_at == NOON + timedelta(minutes=58, milliseconds=1)
    assert office.filling(message).data["minutes"] == 60
    office.clock.advance(timedelta(hours=1))
    with pytest.raises(Invalid):
        office.verify(office.link(message))


def test_a_request_whose_account_or_pool_has_gone_meanwhile_ends(office: Office) -> None:
    pool = a_pool(tenant_id=TENANT)
    office.sender.add_account(an_account(tenant_id=TENANT))
    office.sender.pools.add(pool)
    office.post("welcome", user_id="ann", account_id="acc_1")
    office.post("verification", user_id="ann", base_url=APP, pool_id="pool_1")
    office.sender.accounts.remove(TENANT, "acc_1")
    office.sender.pools.remove(pool)

    assert office.work() == [Outcome.REFUSED] * 2


def test_a_request_that_comes_to_nothing_leaves_the_last_link_and_is_not_counted(office: Office) -> None:
    office.sender.add_account(an_account(tenant_id=TENANT))
    office.ask_for_reset()
    office.work()
    [message] = office.messages
    office.clock.advance(timedelta(minutes=1))
    office.ask_for_reset(account_id="acc_1")
    office.sender.accounts.remove(TENANT, "acc_1")
    counted = dict(office.cool_downs.counts)

    assert office.work() == [Outcome.REFUSED]
    assert office.cool_downs.counts == counted
    assert office.verify(office.link(message)).token.person.user_id == "ann"


def test_an_origin_that_was_taken_away_gets_no_link_of_what_still_waits(office: Office) -> None:
    office.ask_for_reset()
    office.post("welcome", user_id="ann", base_url=APP)
    office.post("welcome", user_id="ann")
    office.settings.put(TENANT, MailSettings(origins=("https://another.example",)))

    assert office.work() == [Outcome.REFUSED, Outcome.REFUSED, Outcome.ACCEPTED]


def test_a_user_or_an_inviter_who_is_gone_by_then_gets_and_causes_no_mail(office: Office) -> None:
    office.post("welcome", user_id="ann")
    office.post("invitation", inviter="ann", invitee_email="bob@example.org", base_url=APP)
    ann = office.users.get(TENANT, "ann")
    assert ann is not None
    office.users.delete(ann)

    assert office.work() == [Outcome.NOBODY] * 2
    assert office.messages == ()


def test_a_message_that_is_sent_in_time_carries_its_link(office: Office) -> None:
    office.ask_for_reset()
    office.work()
    office.clock.advance(timedelta(minutes=57))
    office.sender.add_account(an_account(tenant_id=TENANT))

    office.sender.run()

    [(_, recipient, mail)] = office.sender.servers.accepted
    text = message_from_bytes(mail, policy=SMTP).get_content()
    assert recipient == "Ann@example.com"
    assert office.verify(text.strip()).token.person.user_id == "ann"


def test_a_link_in_a_subject_is_sent_and_not_shown(office: Office) -> None:
    source = Source("Go to {link}", None, "{link}")
    office.sender.templates.sources["password_reset"] = source
    office.ask_for_reset()
    office.work()
    office.sender.add_account(an_account(tenant_id=TENANT))

    office.sender.run()

    [(_, _, mail)] = office.sender.servers.accepted
    [message] = office.messages
    assert office.verify(message_from_bytes(mail, policy=SMTP)["Subject"]).token.person.user_id == "ann"
    assert (message.status, message.subject) == (Status.SENT, source.subject)


@pytest.mark.parametrize(
    "quoted",
    [
        lambda link: link,
        lambda link: f"{link[:60]}\r\n{link[60:]}",
        lambda link: link.replace("-", "%2D").replace("_", "%5F"),
        lambda link: link.replace("=", "=3D"),
        lambda link: base64.b64encode(f"Hello, Ann,\n{link}\n".encode()).decode(),
    ],
)
@pytest.mark.parametrize("reply_class", [ReplyClass.POLICY, ReplyClass.BUSY, ReplyClass.RATE, ReplyClass.UNCERTAIN])
def test_a_server_that_quotes_a_link_tells_its_token_to_nobody(
    office: Office, caplog: pytest.LogCaptureFixture, quoted: Callable[[str], str], reply_class: ReplyClass
) -> None:
    def answer(_server: object, _recipient: object, mail: bytes) -> Verdict:
        link = message_from_bytes(mail, policy=SMTP).get_content().strip()
        text = f"blacklisted URL {quoted(link)} see https://lists.example"
        return Verdict(reply_class, Phase.FINAL_DOT, f"554 5.7.1 {text}", Reply(554, "5.7.1", text))

    office.sender.servers.answer = answer
    office.sender.add_account(an_account(tenant_id=TENANT))
    office.ask_for_reset()
    office.work()
    [message] = office.messages
    token = office.link(message).partition("token=")[2]
    in_base64 = base64.b64encode(office.link(message).encode()).decode()

    office.sender.run()

    recorded = repr((office.messages, office.sender.account())) + caplog.text
    assert "see https://lists.example" in recorded
    for secret in (token, token.replace("-", "%2D").replace("_", "%5F"), in_base64[-48:-4]):
        assert not any(secret[at : at + 12] in recorded for at in range(len(secret) - 11))


def test_a_message_with_a_token_expires_with_it(office: Office) -> None:
    office.ask_for_reset()
    office.work()
    office.clock.advance(timedelta(minutes=58))
    office.sender.add_account(an_account(tenant_id=TENANT))

    office.sender.run()

    [message] = office.messages
    assert message.status is Status.FAILED
    assert office.sender.servers.accepted == []
    assert office.verify(office.link(message)).token.person.user_id == "ann"  # the link lives two minutes longer


def test_a_request_that_waited_until_its_link_would_be_dead_makes_no_mail(office: Office) -> None:
    office.ask_for_reset()
    office.clock.advance(timedelta(minutes=58))

    assert office.work() == [Outcome.TOO_LATE]


def test_the_tenants_lifetimes_hold_for_token_mail_and_words(office: Office) -> None:
    lifetimes = {**MailSettings().lifetimes, Purpose.PASSWORD_RESET: timedelta(minutes=15)}
    office.settings.put(TENANT, MailSettings(origins=(APP,), lifetimes=lifetimes))
    office.ask_for_reset()
    office.work()
    [message] = office.messages

    assert message.expires_at == NOON + timedelta(minutes=13)
    assert office.filling(message).data["minutes"] == 15
    office.clock.advance(timedelta(minutes=15))
    with pytest.raises(Invalid):
        office.verify(office.link(message))


def test_each_kind_has_a_letter_and_each_purpose_a_kind() -> None:
    assert {letter.purpose for letter in LETTERS.values()} - {None} == set(Purpose)
    assert all(letter.path for letter in LETTERS.values() if letter.purpose)


def test_an_address_besides_the_users_own_gets_the_mail_that_confirms_it(office: Office) -> None:
    own = MailRequest(
        TENANT, Kind.NOTIFICATION_ADDRESS, Seed.fresh(NOON), user_id="ann", email="ops@example.org", base_url=APP
    )
    office.requests.put(read_request(write_request(own)))

    assert office.work() == [Outcome.ACCEPTED]

    [message] = office.messages
    assert list(message.recipients) == ["ops@example.org"]
    assert (message.priority, message.template and message.template.name) == (Priority.HIGH, "notification_address")
    told = office.filling(message).data
    assert (told["name"], told["email"], told["hours"]) == ("Ann", "ops@example.org", 24)
    assert urlsplit(office.link(message)).path == "/confirm-address"
    person = office.verify(office.link(message), Purpose.NOTIFICATION_ADDRESS).token.person
    assert (person.user_id, person.email, person.is_elsewhere) == ("ann", "ops@example.org", True)


def test_an_address_is_asked_to_be_confirmed_no_oftener_than_others_are(office: Office) -> None:
    for number in range(2):
        seed = Seed(NOON, f"seed {number}")
        office.requests.put(
            MailRequest(TENANT, Kind.NOTIFICATION_ADDRESS, seed, user_id="ann", email="ops@example.org", base_url=APP)
        )

    assert office.work() == [Outcome.ACCEPTED, Outcome.COOLING_DOWN]
