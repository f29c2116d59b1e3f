"""An address of another owner: asked by a mail, and used once its owner said yes."""

from datetime import timedelta

import pytest

from postroom.errors import Invalid
from postroom.ids import Seed
from postroom.mails.model import Kind
from postroom.preferences.model import TenantSettings
from tests.builders import a_user
from tests.fakes.audit import acts
from tests.unit.preferences.conftest import ANNS, CONFIRM, Office

THERE = "ops@elsewhere.example"


def confirmed(office: Office, event_type: str = "job_failed") -> tuple[bool, str]:
    """Whether it is shown as confirmed, and where mail goes."""
    shown = office("GET", f"preferences/ann~{event_type}").json["email_confirmed"]
    return shown, office.effective()[event_type]["email_address"]


def test_the_users_own_address_is_used_until_the_other_one_is_confirmed(office: Office) -> None:
    made = office.post(email_address=THERE)
    [mail] = office.asked

    assert (made.json["email_address"], made.json["email_confirmed"]) == (THERE, False)
    assert (mail.kind, mail.user_id, mail.email, mail.base_url) == (Kind.NOTIFICATION_ADDRESS, "ann", THERE, CONFIRM)
    assert confirmed(office) == (False, "ann@example.com")
    office.redeem(office.token_of(mail))
    assert confirmed(office) == (True, THERE)


def test_a_token_is_good_once(office: Office) -> None:
    office.post(email_address=THERE)
    token = office.token_of(office.asked[0])
    office.redeem(token)

    with pytest.raises(Invalid):
        office.redeem(token)


def test_a_redemption_that_is_repeated_is_noted_again(office: Office) -> None:
    office.post(email_address=THERE)
    token, seed = office.token_of(office.asked[0]), Seed.fresh(office.clock())
    office.redeem(token, seed)
    seen = office.store.get("ten_a", "ann~job_failed")
    assert seen is not None

    office.redeem(token, seed)

    assert office.store.get("ten_a", "ann~job_failed") == seen


def test_the_log_tells_of_each_preference_whose_address_was_confirmed(office: Office) -> None:
    office.post(email_address=THERE)
    office.post("ann", "job_success", email_address=THERE)
    known, token = len(office.store.log.entries), office.token_of(office.asked[0])

    with acts():
        office.redeem(token)

    told = [entry.deed for entry in office.store.log.entries[known:]]
    assert {deed.target for deed in told} == {"preference/ann~job_failed", "preference/ann~job_success"}
    assert [deed.before for deed in told] == [{"email_confirmed": False, "revision": 1}] * 2
    assert [deed.after for deed in told] == [{"email_confirmed": True, "revision": 2}] * 2


def test_another_address_has_to_be_confirmed_again(office: Office) -> None:
    office.post(email_address=THERE)
    office.redeem(office.token_of(office.asked[0]))

    office("PUT", "preferences/ann~job_failed", {"email_address": "other@elsewhere.example"})

    assert confirmed(office) == (False, "ann@example.com")
    assert [mail.email for mail in office.asked] == [THERE, "other@elsewhere.example"]
    office("PUT", "preferences/ann~job_failed", {"email_address": THERE})
    assert confirmed(office) == (False, "ann@example.com")
    assert len(office.asked) == 3


def test_a_late_token_does_not_confirm_an_address_that_took_its_place(office: Office) -> None:
    office.post(email_address=THERE)
    token = office.token_of(office.asked[0])
    office("PUT", "preferences/ann~job_failed", {"email_address": "other@elsewhere.example"})

    office.redeem(token)

    assert confirmed(office) == (False, "ann@example.com")


def test_an_address_that_stays_is_not_asked_again_however_it_is_written(office: Office) -> None:
    office.post(email_address=THERE)
    office.redeem(office.token_of(office.asked[0]))

    for address in (THERE, THERE.upper()):
        office("PUT", "preferences/ann~job_failed", {"email_address": address, "delivery": "daily"})

    assert confirmed(office) == (True, "OPS@elsewhere.example")
    assert len(office.asked) == 1


def test_one_answer_holds_for_all_of_a_users_preferences(office: Office) -> None:
    office.post(email_address=THERE)
    office.post("ann", "job_success", email_address=THERE.upper())
    office.redeem(office.token_of(office.asked[0]))
    office.post("ann", "job_partial", email_address=THERE)
    office.post("olaf", email_address=THERE)

    assert confirmed(office) == confirmed(office, "job_partial") == (True, THERE)
    assert confirmed(office, "job_success")[0]
    assert [mail.user_id for mail in office.asked] == ["ann", "ann", "olaf"]
    assert not office("GET", "preferences/olaf~job_failed").json["email_confirmed"]


def test_null_goes_back_to_the_users_own_address(office: Office) -> None:
    office.post(email_address=THERE)

    changed = office("PUT", "preferences/ann~job_failed", {"email_address": None}).json

    assert (changed["email_address"], changed["email_confirmed"]) == (None, False)
    assert len(office.asked) == 1


def test_the_owner_can_be_asked_once_more(office: Office) -> None:
    office.post(email_address=THERE)
    office.post("ann", "job_success")

    again = office("POST", "preferences/ann~job_failed/confirmation", caller=ANNS)

    assert (again.status, len(office.asked)) == (202, 2)
    assert office("POST", "preferences/ann~job_success/confirmation").status == 409
    assert office("POST", "preferences/ann~job_partial/confirmation").status == 404
    office.redeem(office.token_of(office.asked[1]))
    assert office("POST", "preferences/ann~job_failed/confirmation").status == 409


def test_without_a_place_for_the_link_another_address_is_refused(office: Office) -> None:
    office.tenants.put("ten_a", TenantSettings())
    answer = office.post(email_address=THERE)
    assert (answer.status, list(answer.fields)) == (422, ["email_address"])

    office.tenants.put("ten_a", TenantSettings(confirmation_url=CONFIRM))
    office.origin_is_gone = True
    answer = office.post(email_address=THERE)

    assert (answer.status, list(answer.fields)) == (422, ["email_address"])
    assert office.ids() == []


def test_a_user_who_moves_meanwhile_is_still_the_same(office: Office) -> None:
    office.post(email_address=THERE)
    token = office.token_of(office.asked[0])
    office("PUT", "users/ann", {"email": "new@example.com"})

    office.redeem(token)

    assert confirmed(office) == (True, THERE)


def test_a_token_of_a_deleted_user_is_not_valid(office: Office) -> None:
    office.post(email_address=THERE)
    token = office.token_of(office.asked[0])
    office("DELETE", "users/ann")

    with pytest.raises(Invalid):
        office.redeem(token)


def test_two_users_with_one_address_have_links_of_their_own(office: Office) -> None:
    for user in ("ann", "olaf"):
        office.post(user, email_address=THERE)
    anns, olafs = (office.token_of(mail) for mail in office.asked)

    office.redeem(anns)
    office.redeem(olafs)

    assert office("GET", "preferences/olaf~job_failed").json["email_confirmed"]


def test_mails_of_one_request_are_different_ones(office: Office) -> None:
    wanted = [
        {"user": "ann", "event_type": name, "email_address": f"{name}@elsewhere.example"}
        for name in ("job_failed", "job_success")
    ]
    office("PUT", "preferences/bulk", {"preferences": wanted})

    assert len({mail.id for mail in office.asked}) == 2


def test_a_token_ends(office: Office) -> None:
    office.post(email_address=THERE)
    token = office.token_of(office.asked[0])
    office.clock.advance(timedelta(hours=24))

    with pytest.raises(Invalid):
        office.redeem(token)


def test_a_new_user_with_the_id_of_a_deleted_one_has_confirmed_nothing(office: Office) -> None:
    office.post(email_address=THERE)
    office.redeem(office.token_of(office.asked[0]))
    office("DELETE", "users/ann")
    office.users.put(a_user(), None)

    office.post("ann", "job_success", email_address=THERE)

    assert confirmed(office, "job_success") == (False, "ann@example.com")
