from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from postroom.accounts.logins import LogIns
from postroom.accounts.manage import AccountRules, ChangeAccount, CreateAccount, DeleteAccount, FindAccounts
from postroom.accounts.model import (
    Account,
    AccountConfig,
    AccountStatus,
    ConnectionType,
    LastError,
    Pipelining,
    PipeliningFault,
)
from postroom.accounts.report import ReportHealth
from postroom.accounts.tested import ReportTest
from postroom.delivery.model import Phase, ReplyClass, Verdict
from postroom.errors import Conflict, Invalid, NotFound
from postroom.ids import Seed
from tests.builders import a_config, an_account
from tests.fakes.accounts import MemoryAccounts, MemoryPasswords
from tests.fakes.pools import NoTies
from tests.fakes.time import NOON, FakeClock

REFUSED = Verdict(ReplyClass.AUTH, Phase.AUTH, "535")


class Setting:
    def __init__(self, *, local: bool = False) -> None:
        self.store, self.passwords, self.clock = MemoryAccounts(), MemoryPasswords(), FakeClock()
        self.woken: list[str] = []
        self.paced: list[str] = []
        needs = (self.store, self.passwords, AccountRules(local), self.wake, self.clock)
        self.create, self.change = CreateAccount(*needs), ChangeAccount(*needs)
        self.delete, self.find = (
            DeleteAccount(self.store, self.passwords, NoTies(), self.wake),
            FindAccounts(self.store),
        )

    def wake(self, tenant_id: str, account_id: str | None = None, *, paced: bool = True) -> None:
        self.woken.append(tenant_id)
        if paced:
            self.paced.append(tenant_id)

    def created(self, config: AccountConfig | None = None, password: str | None = "secret") -> Account:
        return self.create("ten_a", config or a_config(), password, Seed.fresh(NOON))


def fields(error: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return {fault.field for fault in error.value.errors}


def test_a_new_account_keeps_its_password_elsewhere() -> None:
    setting = Setting()

    account = setting.created(password="correct horse")

    assert setting.passwords.kept == ["correct horse"]
    assert "horse" not in repr(account)
    assert setting.find.one("ten_a", account.id) == account
    assert setting.woken == ["ten_a"]


def test_the_same_seed_makes_one_account() -> None:
    setting = Setting()
    seed = Seed.fresh(NOON)

    first = setting.create("ten_a", a_config(), "secret", seed)
    again = setting.create("ten_a", a_config(), "secret", seed)

    assert again.id == first.id
    assert len(setting.store.all_of("ten_a")) == 1
    assert len(setting.passwords.kept) == 1


@pytest.mark.parametrize(
    ("changes", "password", "wrong"),
    [
        ({"smtp_use_tls": True, "smtp_use_ssl": True}, "secret", {"smtp_use_ssl"}),
        ({"smtp_use_tls": False, "smtp_use_ssl": False}, "secret", {"smtp_use_tls"}),
        ({"smtp_username": None}, None, {"smtp_username"}),
        ({"smtp_username": "me"}, None, {"smtp_password"}),
        ({"smtp_username": None}, "secret", {"smtp_username"}),
        ({"smtp_host": "127.0.0.1"}, "secret", {"smtp_host"}),
        ({"smtp_host": "169.254.169.254"}, "secret", {"smtp_host"}),
        ({"smtp_host": "10.1.2.3"}, "secret", {"smtp_host"}),
        ({"smtp_host": "::1"}, "secret", {"smtp_host"}),
        ({"smtp_host": "localhost"}, "secret", {"smtp_host"}),
        ({"smtp_use_tls": False, "smtp_host": "127.0.0.1"}, "secret", {"smtp_use_tls", "smtp_host"}),
    ],
)
def test_a_connection_that_would_not_be_safe_is_refused_and_leaves_nothing_behind(
    changes: dict[str, object], password: str | None, wrong: set[str]
) -> None:
    setting = Setting()

    with pytest.raises(Invalid) as error:
        setting.created(a_config(**changes), password)

    assert fields(error) == wrong
    assert setting.store.all_of("ten_a") == ()
    assert setting.passwords.kept == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_a_local_host_may_do_without_tls_and_credentials_in_local_mode(host: str) -> None:
    setting = Setting(local=True)
    bare = a_config(smtp_host=host, smtp_use_tls=False, smtp_username=None)

    assert setting.created(bare, None).config == bare


def test_another_host_may_not_even_in_local_mode() -> None:
    with pytest.raises(Invalid) as error:
        Setting(local=True).created(a_config(smtp_use_tls=False, smtp_username=None), None)

    assert fields(error) == {"smtp_use_tls", "smtp_username"}


def test_a_change_raises_the_revision_clears_the_error_and_wakes_what_waits() -> None:
    setting = Setting()
    broken = setting.store.add(
        an_account(
            status=AccountStatus.ERROR, last_error=LastError(NOON, "auth", "535"), faults=4, secret_version="version-0"
        )
    )

    changed = setting.change(broken, replace(broken.config, status=AccountStatus.ACTIVE), "new")

    assert changed.revision == broken.revision + 1
    assert changed.config.status is AccountStatus.ACTIVE
    assert (changed.last_error, changed.faults, changed.rest_until) == (None, 0, None)
    assert changed.secret_version != broken.secret_version
    assert setting.woken == ["ten_a"]


def test_a_change_without_a_password_keeps_the_old_one() -> None:
    setting = Setting()
    account = setting.created()

    changed = setting.change(account, replace(account.config, daily_limit=3), None)

    assert changed.secret_version == account.secret_version
    assert setting.passwords.kept == ["secret"]


def test_of_two_changes_of_the_same_account_the_second_is_told() -> None:
    setting = Setting()
    seen = setting.created()
    setting.change(seen, replace(seen.config, daily_limit=3), None)

    with pytest.raises(Conflict):
        setting.change(seen, replace(seen.config, daily_limit=4), None)

    assert setting.find.one("ten_a", seen.id).config.daily_limit == 3


def test_a_change_leaves_a_stop_or_a_passed_test_that_came_meanwhile_as_it_is() -> None:
    setting = Setting()
    sends = setting.store.add(an_account(secret_version="v"))
    is_tested = setting.store.add(an_account(id="acc_2", status=AccountStatus.PENDING, proven=0, secret_version="v"))
    health = ReportHealth(setting.store, setting.clock)
    health.fault(sends, REFUSED)
    ReportTest(setting.store, health, setting.wake, setting.clock).passed(is_tested)

    stopped, passed = [
        setting.change(seen, replace(seen.config, sender_name="New"), None) for seen in (sends, is_tested)
    ]

    assert (stopped.config.status, stopped.config.sender_name) == (AccountStatus.ERROR, "New")
    assert passed.config.status is AccountStatus.ACTIVE


def test_who_decides_on_the_status_is_told_that_it_was_another_by_then() -> None:
    setting = Setting()
    seen = setting.store.add(an_account(secret_version="v"))
    ReportHealth(setting.store, setting.clock).fault(seen, REFUSED)

    with pytest.raises(Conflict):
        setting.change(seen, replace(seen.config, status=AccountStatus.INACTIVE), None)
    with pytest.raises(Conflict):
        setting.change(seen, seen.config, "new")
    with pytest.raises(Conflict):
        setting.change(seen, seen.config, None, afresh=True)

    assert setting.find.one("ten_a", "acc_1").config.status is AccountStatus.ERROR


def test_a_change_keeps_what_was_counted() -> None:
    setting = Setting()
    counter = an_account().counter
    used = type(counter)(
        day=counter.day, day_used=9, hour=counter.hour, hours={counter.hour: 9}, rolling_used=9, next_send_ms=5
    )
    account = setting.store.add(an_account(counter=used, secret_version="v"))

    changed = setting.change(account, replace(account.config, daily_limit=3), None)

    assert changed.counter == used


def test_a_new_time_zone_has_its_own_end_of_day() -> None:
    setting = Setting()
    account = setting.created(a_config(timezone="UTC"))
    setting.change(account, replace(account.config, timezone="Asia/Tokyo"), None)

    tokyo_midnight = int((NOON + timedelta(hours=3)).timestamp() * 1000)

    assert list(setting.store.rolling_over(tokyo_midnight)) == [("ten_a", account.id)]


def test_a_deleted_account_takes_its_password_along() -> None:
    setting = Setting()
    account = setting.created()

    setting.delete("ten_a", account.id)

    assert setting.passwords.kept == []
    with pytest.raises(NotFound):
        setting.find.one("ten_a", account.id)
    with pytest.raises(NotFound):
        setting.delete("ten_a", account.id)


def test_a_deleted_account_takes_along_a_secret_that_its_row_never_came_to_name() -> None:
    setting = Setting()
    account = setting.store.add(an_account(secret_version=None))
    setting.passwords.store("ten_a", account.id, "of a change that got no further")

    setting.delete("ten_a", account.id)

    assert setting.passwords.kept == []


def test_another_tenants_account_cannot_be_told_from_none() -> None:
    setting = Setting()
    account = setting.created()

    with pytest.raises(NotFound):
        setting.find.one("ten_b", account.id)
    with pytest.raises(NotFound):
        setting.delete("ten_b", account.id)
    assert setting.passwords.kept == ["secret"]


def test_a_stopped_account_goes_on_when_its_password_was_changed() -> None:
    setting = Setting()
    stopped = setting.store.add(an_account(status=AccountStatus.ERROR, secret_version="v"))

    assert setting.change(stopped, stopped.config, "new").config.status is AccountStatus.ACTIVE


def test_a_stopped_account_stays_stopped_when_nothing_was_changed_or_its_owner_says_so() -> None:
    setting = Setting()
    stopped = setting.store.add(an_account(status=AccountStatus.ERROR, secret_version="v"))

    unchanged = setting.change(stopped, stopped.config, None)
    inactive = setting.change(unchanged, replace(unchanged.config, status=AccountStatus.INACTIVE), "new")

    assert unchanged.config.status is AccountStatus.ERROR
    assert inactive.config.status is AccountStatus.INACTIVE


@pytest.mark.parametrize("host", ["mx.example.com", "smtp.example.com.example.org"])
def test_a_stored_password_is_not_told_to_another_server(host: str) -> None:
    setting = Setting()
    account = setting.created(a_config(smtp_host="smtp.example.com"))
    moved = replace(account.config, smtp_host=host)

    with pytest.raises(Invalid) as error:
        setting.change(account, moved, None)

    assert fields(error) == {"smtp_password"}
    assert setting.change(account, moved, "given again").config.smtp_host == host


@pytest.mark.parametrize("changes", [{"smtp_port": 2587}, {"smtp_host": "SMTP.example.com."}, {"smtp_username": "bob"}])
def test_a_stored_password_stays_with_the_server_it_was_given_for(changes: dict[str, Any]) -> None:
    setting = Setting()
    account = setting.created(a_config(smtp_host="smtp.example.com"))

    changed = setting.change(account, replace(account.config, **changes), None)

    assert changed.secret_version == account.secret_version


def test_who_logs_in_without_a_password_has_none_to_give_again() -> None:
    setting = Setting(local=True)
    account = setting.created(a_config(smtp_host="127.0.0.1", smtp_use_tls=False, smtp_username=None), None)

    assert setting.change(account, replace(account.config, smtp_host="localhost"), None)


def test_the_password_of_a_refused_change_is_not_used() -> None:
    setting = Setting()
    seen = setting.created()
    changed = setting.change(seen, seen.config, "of the first")

    with pytest.raises(Conflict):
        setting.change(seen, seen.config, "of the second")

    assert setting.passwords.kept == ["of the first"]
    assert setting.passwords.read("ten_a", seen.id, changed.secret_version) == "of the first"


def test_a_change_that_has_nothing_to_do_with_the_fault_leaves_it_in_sight() -> None:
    setting = Setting()
    error = LastError(NOON, "infrastructure", "Connection refused")
    rest = NOON + timedelta(hours=1)
    resting = setting.store.add(an_account(faults=5, rest_until=rest, last_error=error, secret_version="v"))
    stopped = setting.store.add(
        an_account(id="acc_2", status=AccountStatus.ERROR, last_error=error, secret_version="v")
    )

    renamed = [setting.change(seen, replace(seen.config, sender_name="New"), None) for seen in (resting, stopped)]

    assert [account.last_error for account in renamed] == [error, error]
    assert (renamed[0].faults, renamed[0].rest_until) == (5, rest)
    assert renamed[1].config.status is AccountStatus.ERROR


def test_a_resumed_account_rests_no_longer_and_is_tried_with_one_mail() -> None:
    setting = Setting()
    too_fast = LastError(NOON, "rate", "450 4.2.1 too quickly")
    resting = an_account(faults=4, rest_until=NOON + timedelta(minutes=4), last_error=too_fast, secret_version="v")

    resumed = setting.change(setting.store.add(resting), resting.config, None, afresh=True)

    assert resumed.can_send(NOON)
    assert (resumed.faults, resumed.last_error) == (0, None)
    assert resumed.is_on_trial


def test_a_resumed_account_that_was_well_is_not_on_trial() -> None:
    setting = Setting()
    account = setting.store.add(an_account(secret_version="v"))

    assert not setting.change(account, account.config, None, afresh=True).is_on_trial


def test_who_resumes_does_not_log_in_beside_a_sender_that_is_about_to() -> None:
    setting = Setting()
    account = setting.store.add(an_account(secret_version="v"))
    log_ins = LogIns(setting.store, setting.clock)
    first = log_ins.permit(account, timedelta(0))

    resumed = setting.change(setting.find.one("ten_a", "acc_1"), account.config, None, afresh=True)

    assert resumed.sessions is not None
    assert resumed.sessions.logging_in == first.session_id


def test_a_renamed_account_is_not_on_trial_again_and_one_that_connects_anew_is() -> None:
    setting = Setting()
    account = setting.store.add(an_account(secret_version="v"))

    renamed = setting.change(account, replace(account.config, sender_name="New"), None)
    moved = setting.change(renamed, replace(renamed.config, smtp_port=2587), None)

    assert not renamed.is_on_trial
    assert moved.is_on_trial


def test_a_new_pace_holds_from_the_last_mail_on_and_voids_the_appointments() -> None:
    setting = Setting()
    now_ms = int(NOON.timestamp() * 1000)
    slow = replace(an_account().counter, next_send_ms=now_ms + 3_600_000, booked_ms=now_ms + 10 * 3_600_000)
    account = setting.store.add(an_account(min_wait_time=3600, counter=slow, secret_version="v"))

    changed = setting.change(account, replace(account.config, min_wait_time=1.0), None)

    assert changed.counter.next_send_ms == now_ms + 1000
    assert changed.counter.booked_ms == 0
    assert setting.paced == ["ten_a"]


def test_what_waits_for_a_deleted_account_is_looked_at_again() -> None:
    setting = Setting()
    account = setting.created()
    setting.woken.clear()

    setting.delete("ten_a", account.id)

    assert setting.woken == ["ten_a"]


@pytest.mark.parametrize(
    ("changes", "again", "forgotten"),
    [
        ({}, True, True),
        ({"smtp_pipelining": Pipelining.OFF}, False, True),
        ({"smtp_pipelining": Pipelining.AUTO}, False, False),
        ({"smtp_host": "mx.example.com"}, False, True),
        ({"smtp_port": 2587}, False, True),
        ({"daily_limit": 3}, False, False),
        ({"smtp_username": "else"}, False, False),
    ],
)
def test_what_was_learned_of_a_servers_pipelining_holds_until_there_is_another_wish_or_server(
    changes: dict[str, Any], *, again: bool, forgotten: bool
) -> None:
    setting = Setting()
    fault = PipeliningFault(NOON, "503 5.5.1 out of order")
    account = setting.store.add(an_account(secret_version="v", pipelining_fault=fault))

    changed = setting.change(account, replace(account.config, **changes), "again", afresh=again)

    assert changed.pipelining_fault == (None if forgotten else fault)


def test_a_new_password_is_tried_at_once_also_when_the_old_one_was_just_refused() -> None:
    setting = Setting()
    account = setting.store.add(an_account(max_connections=1, secret_version="v"))
    log_ins = LogIns(setting.store, setting.clock)
    refused = log_ins.permit(account, timedelta(0))
    ReportHealth(setting.store, setting.clock).fault(account, REFUSED)
    stopped = setting.find.one("ten_a", "acc_1")

    mended = setting.change(stopped, stopped.config, "right")

    assert log_ins.permit(mended, timedelta(0)).session_id != refused.session_id


def test_what_is_refused_leaves_no_secret_behind() -> None:
    setting = Setting()
    account = setting.created(a_config(connection_type=ConnectionType.SMTP))
    stored = setting.passwords.stored
    contradicted = a_config(connection_type=ConnectionType.GMAIL, smtp_host="smtp.example.com", daily_limit=501)

    with pytest.raises(Invalid) as created:
        setting.created(contradicted)
    with pytest.raises(Invalid) as changed:
        setting.change(account, contradicted, "another")

    assert fields(created) == fields(changed) == {"smtp_host", "quota_unit", "quota_window"}
    assert setting.passwords.stored == stored
    assert len(setting.store.all_of("ten_a")) == 1


def test_an_account_that_contradicts_what_we_know_by_now_can_still_be_paused() -> None:
    setting = Setting()
    old = setting.store.add(an_account(connection_type=ConnectionType.GMAIL, daily_limit=9_000, secret_version="v"))

    paused = setting.change(old, replace(old.config, status=AccountStatus.INACTIVE), None)

    assert paused.config.status is AccountStatus.INACTIVE
    with pytest.raises(Invalid) as refused:
        setting.change(paused, replace(paused.config, daily_limit=9_001), None)
    assert fields(refused) == {"daily_limit"}
