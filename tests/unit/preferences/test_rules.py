"""The tables of roles and event types, and whose word holds."""

import pytest

from postroom.event_types.model import BUILT_IN, NAME, EventType, Nature
from postroom.preferences.model import Choice, Delivery, Rule, TenantDefault, TenantSettings
from postroom.preferences.rules import ROLE_RULES, Effective, Wishes, effective, may_have, roles_that_hear
from postroom.users.model import UserRole
from tests.builders import a_preference, a_user

FAILED, SUCCESS, VIOLATION = (BUILT_IN[name] for name in ("job_failed", "job_success", "compliance_violation"))
YES, NO = Choice(enabled=True, delivery=Delivery.DAILY), Choice(enabled=False)


def test_the_table_of_roles_is_complete() -> None:
    assert set(ROLE_RULES) == set(UserRole)
    for rule in ROLE_RULES.values():
        assert rule.hears <= rule.may_hear


def test_the_five_built_in_types_are_named_as_they_are_called() -> None:
    assert set(BUILT_IN) == {
        "job_success",
        "job_failed",
        "job_partial",
        "compliance_violation",
        "scheduled_backup_complete",
    }
    assert all(name == one.name == one.template and NAME.fullmatch(name) for name, one in BUILT_IN.items())


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (UserRole.ADMIN, {"news", "failure", "result"}),
        (UserRole.OPERATOR, {"news", "failure", "result"}),
        (UserRole.VIEWER, {"news", "result"}),
    ],
)
def test_what_a_role_may_subscribe_to(role: UserRole, may: set[str]) -> None:
    allowed = {nature for nature in Nature if may_have(role, EventType("x", nature, "x"), YES)}

    assert allowed == may
    assert all(may_have(role, EventType("x", nature, "x"), NO) for nature in Nature)


def test_the_strongest_word_holds() -> None:
    admin, tenant = a_user(role=UserRole.ADMIN), TenantSettings({"job_failed": TenantDefault(NO)})
    own = a_preference(delivery=Delivery.DAILY)

    assert effective(Wishes(own, tenant=tenant), FAILED, admin).rule is Rule.OWN
    assert effective(Wishes(tenant=tenant), FAILED, admin) == Effective(NO, Rule.TENANT, admin.email)
    assert effective(Wishes(), FAILED, admin).rule is Rule.ROLE
    assert effective(Wishes(), SUCCESS, admin) == Effective(NO, Rule.SYSTEM, admin.email)


def test_a_tenants_default_holds_for_its_roles_alone() -> None:
    tenant = TenantSettings({"job_failed": TenantDefault(NO, frozenset({UserRole.OPERATOR}))})

    assert effective(Wishes(tenant=tenant), FAILED, a_user(role=UserRole.ADMIN)).rule is Rule.ROLE
    assert effective(Wishes(tenant=tenant), FAILED, a_user(role=UserRole.OPERATOR)).rule is Rule.TENANT


def test_a_subscription_that_a_change_of_role_made_impossible_is_not_used() -> None:
    own, viewer = a_preference(), a_user(role=UserRole.VIEWER)
    tenant = TenantSettings({"job_failed": TenantDefault(YES)})

    assert effective(Wishes(own, tenant=tenant), FAILED, viewer) == Effective(NO, Rule.SYSTEM, viewer.email)
    assert effective(Wishes(own), FAILED, a_user(role=UserRole.OPERATOR)).rule is Rule.OWN


def test_an_opt_out_holds_in_every_role() -> None:
    for role in UserRole:
        assert effective(Wishes(a_preference(enabled=False)), FAILED, a_user(role=role)).rule is Rule.OWN


def test_another_address_is_used_once_it_is_confirmed() -> None:
    user = a_user(role=UserRole.ADMIN)
    said, confirmed = (a_preference(email_address="a@b.example", email_confirmed=yes) for yes in (False, True))

    assert effective(Wishes(said), FAILED, user).address == user.email
    assert effective(Wishes(confirmed), FAILED, user).address == "a@b.example"


def test_the_roles_that_hear_unasked_are_those_of_the_table_and_of_the_tenant() -> None:
    everybody = TenantSettings({one.name: TenantDefault(YES) for one in (FAILED, VIOLATION)})

    assert roles_that_hear(FAILED, TenantSettings()) == {UserRole.ADMIN}
    assert roles_that_hear(SUCCESS, TenantSettings()) == frozenset()
    assert roles_that_hear(FAILED, everybody) == {UserRole.ADMIN, UserRole.OPERATOR}
    assert roles_that_hear(VIOLATION, everybody) == set(UserRole)
    assert roles_that_hear(FAILED, TenantSettings({"job_failed": TenantDefault(NO)})) == frozenset()
