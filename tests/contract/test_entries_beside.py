"""What every store does with the entries of a change: both or neither, in memory and in DynamoDB."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from postroom.accounts.store import ROWS as ACCOUNT_ROWS
from postroom.accounts.store import DynamoAccounts
from postroom.audit.acting import entries_of
from postroom.audit.entry_rows import ROWS as AUDIT_ROWS
from postroom.audit.model import Action, Deed, Entries, Entry
from postroom.audit.ports import Filter
from postroom.audit.store import DynamoAuditLog
from postroom.change import Absent, Change, Equals, Set
from postroom.conditional import Applied
from postroom.event_types.model import EventType, Nature
from postroom.event_types.store import ROWS as EVENT_TYPE_ROWS
from postroom.event_types.store import DynamoEventTypes
from postroom.jobs.model import Job, JobStatus
from postroom.jobs.rows import JobRow
from postroom.jobs.store import DynamoJobs
from postroom.mails.model import CoolDown, MailSettings
from postroom.mails.store import ROWS as MAILS_ROWS
from postroom.mails.store import DynamoMailSettings
from postroom.messages.rows import ROWS as MESSAGE_ROWS
from postroom.messages.store import DynamoMessages
from postroom.oauth2.model import Consent, ProviderName
from postroom.oauth2.store import DIRECTORY_ROWS as CONSENT_ROWS
from postroom.oauth2.store import DynamoConsents
from postroom.paging import PageRequest
from postroom.pools.model import Strategy
from postroom.pools.ports import Written as PoolWritten
from postroom.pools.store import ROWS as POOL_ROWS
from postroom.pools.store import DynamoPools
from postroom.preferences.model import TenantSettings, UserSettings
from postroom.preferences.ports import Written as PreferenceWritten
from postroom.preferences.rows import ROWS as PREFERENCE_ROWS
from postroom.preferences.store import DynamoPreferences, DynamoTenantSettings, DynamoUserSettings
from postroom.templates.model import Appearance, Branding, Source
from postroom.templates.own.ports import Written as TemplateWritten
from postroom.templates.own.rows import ROWS as TEMPLATE_ROWS
from postroom.templates.own.store import DynamoAppearances, DynamoTemplates
from postroom.tenancy.model import ApiKey, Role, Tenant
from postroom.tenancy.ports import Revocation
from postroom.tenancy.rates.store import ROWS as RATE_ROWS
from postroom.tenancy.rates.store import DynamoRequestCounts
from postroom.tenancy.rates.window import new_counts
from postroom.tenancy.store import ROWS as DIRECTORY_ROWS
from postroom.tenancy.store import DirectoryStore
from postroom.users.imports.model import Format, Import, ImportStatus
from postroom.users.imports.store import ROWS as IMPORT_ROWS
from postroom.users.imports.store import DynamoImports
from postroom.users.ports import Written as UserWritten
from postroom.users.store import ROWS as USER_ROWS
from postroom.users.store import DynamoUsers
from tests.builders import a_message, a_pool, a_preference, a_template, a_user, an_account
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.audit import ADMIN, MemoryAuditLog, acts
from tests.fakes.directory import MemoryDirectory
from tests.fakes.imports import MemoryImports
from tests.fakes.jobs import MemoryJobs
from tests.fakes.mails import MemoryMailSettings
from tests.fakes.messages import MemoryMessages
from tests.fakes.oauth2 import MemoryConsents
from tests.fakes.pools import MemoryPools
from tests.fakes.preferences import MemoryEventTypes, MemoryPreferences, MemoryTenantSettings, MemoryUserSettings
from tests.fakes.rates import MemoryRequestCounts
from tests.fakes.stored_templates import MemoryAppearances, MemoryTemplates
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON
from tests.fakes.users import MemoryUsers

SOURCE = Source("Hello", None, "Hello")


@dataclass(frozen=True)
class Stores:
    accounts: DynamoAccounts | MemoryAccounts
    appearances: DynamoAppearances | MemoryAppearances
    consents: DynamoConsents | MemoryConsents
    directory: DirectoryStore | MemoryDirectory
    event_types: DynamoEventTypes | MemoryEventTypes
    imports: DynamoImports | MemoryImports
    jobs: DynamoJobs | MemoryJobs
    mails: DynamoMailSettings | MemoryMailSettings
    messages: DynamoMessages | MemoryMessages
    pools: DynamoPools | MemoryPools
    preferences: DynamoPreferences | MemoryPreferences
    preference_settings: DynamoTenantSettings | MemoryTenantSettings
    counts: DynamoRequestCounts | MemoryRequestCounts
    templates: DynamoTemplates | MemoryTemplates
    user_settings: DynamoUserSettings | MemoryUserSettings
    users: DynamoUsers | MemoryUsers

    @property
    def told(self) -> tuple[Entry, ...]:
        if isinstance(self.accounts, MemoryAccounts):
            logs = [getattr(store, "log", None) for store in vars(self).values()]
            return tuple(entry for log in logs if isinstance(log, MemoryAuditLog) for entry in log.entries)
        return DynamoAuditLog().page("ten_a", Filter(), PageRequest()).items


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    if request.param == "memory":
        yield Stores(
            MemoryAccounts(),
            MemoryAppearances(),
            MemoryConsents(),
            MemoryDirectory(),
            MemoryEventTypes(),
            MemoryImports(),
            MemoryJobs(),
            MemoryMailSettings(),
            MemoryMessages(),
            MemoryPools(),
            MemoryPreferences(),
            MemoryTenantSettings(),
            MemoryRequestCounts(),
            MemoryTemplates(),
            MemoryUserSettings(),
            MemoryUsers(),
        )
        return
    day = timedelta(days=1)
    with tables("accounts", "directory", "messages"):
        of_directory = (CONSENT_ROWS, DIRECTORY_ROWS, IMPORT_ROWS, MAILS_ROWS, POOL_ROWS, TEMPLATE_ROWS, USER_ROWS)
        for rows in (AUDIT_ROWS, EVENT_TYPE_ROWS, PREFERENCE_ROWS, RATE_ROWS, *of_directory):
            name_table(rows, "directory")
        name_table(ACCOUNT_ROWS, "accounts")
        name_table((*MESSAGE_ROWS, JobRow), "messages")
        yield Stores(
            DynamoAccounts(day),
            DynamoAppearances(),
            DynamoConsents(),
            DirectoryStore(),
            DynamoEventTypes(),
            DynamoImports(),
            DynamoJobs(),
            DynamoMailSettings(),
            DynamoMessages(day),
            DynamoPools(),
            DynamoPreferences(),
            DynamoTenantSettings(),
            DynamoRequestCounts(),
            DynamoTemplates(),
            DynamoUserSettings(),
            DynamoUsers(),
        )


Act = Callable[[Stores, Entries], bool]
"""Whether it was carried out."""

SEEN = Change((Set(("status",), "inactive"),), (Equals(("status",), "active"),))
WAITS = Change((Set(("status",), "running"),), (Equals(("status",), "waiting"),))
RENAMED = Change((Set(("name",), "batch"),), (Equals(("name",), "ci"),))
LIMITED = Change((Set(("per_minute",), 5),), (Absent(("per_minute",)),))
QUEUED = Change((Set(("status",), "cancelled"),), (Equals(("status",), "queued"),))
MESSAGE, POOL, USER, TEMPLATE = a_message(tenant_id="ten_a"), a_pool("acc_1"), a_user(), a_template()
EVENT_TYPE = EventType("own", Nature.NEWS, "own", revision=1, updated_at=NOON)
PREFERENCE = a_preference(user_id=USER.id)
KEY = ApiKey("ten_a", "key_1", "ci", Role.VIEWER, "hash", NOON)
IMPORT = Import("ten_a", "imp_1", Format.CSV, ImportStatus.WAITING, NOON)
JOB = Job("ten_a", "job_1", "notification", "Hello", JobStatus.WAITING, NOON, NOON + timedelta(days=90), total=2)
CONSENT = Consent("ten_a", "acc_1", ProviderName.GOOGLE, "ann@example.com", "verifier", NOON, ADMIN)


def added(stores: Stores) -> None:
    stores.accounts.add(an_account())
    stores.imports.add(IMPORT)
    stores.jobs.add(JOB)
    stores.messages.add(MESSAGE)
    stores.pools.add(POOL)
    stores.users.put(USER, None)
    stores.event_types.put("ten_a", EVENT_TYPE, None)
    stores.preferences.put(PREFERENCE, None)
    stores.templates.add(TEMPLATE, SOURCE)
    stores.directory.add_key(KEY)
    stores.counts.add("ten_a", new_counts(1))
    assert stores.told == ()


def revoked(stores: Stores, entries: Entries) -> bool:
    before = stores.directory.key("ten_a", "key_1")
    revocation = stores.directory.revoke("ten_a", "key_1", NOON, entries)
    return revocation is Revocation.REVOKED and before is not None and before.revoked_at is None


WRITES: dict[str, Act] = {
    "an account is added": lambda s, e: s.accounts.add(new := an_account(id="acc_2", daily_limit=7), e) is new,
    "an account is changed": lambda s, e: isinstance(s.accounts.change("ten_a", "acc_1", SEEN, e), Applied),
    "an account is removed": lambda s, e: s.accounts.remove("ten_a", "acc_1", revision=1, entries=e),
    "a branding is replaced": lambda s, e: s.appearances.replace(
        "ten_a", Appearance(), Appearance(Branding(f"A{len(s.told)}"), 1), e
    ),
    "a key is revoked": revoked,
    "a key is changed": lambda s, e: isinstance(s.directory.change_key("ten_a", "key_1", RENAMED, e), Applied),
    "a tenant is limited": lambda s, e: isinstance(s.counts.apply("ten_a", LIMITED, e), Applied),
    "an import is added": lambda s, e: s.imports.add(new := replace(IMPORT, id="imp_2"), e) == new,
    "an import is started": lambda s, e: isinstance(s.imports.change("ten_a", "imp_1", WAITS, e), Applied),
    "a job is added": lambda s, e: s.jobs.add(new := replace(JOB, id="job_2"), e) == new,
    "a job is changed": lambda s, e: isinstance(s.jobs.change("ten_a", "job_1", WAITS, e), Applied),
    "settings of mails are replaced": lambda s, e: s.mails.replace(
        "ten_a", MailSettings(), MailSettings(cool_down=CoolDown(len(s.told) + 1, 9), revision=1), e
    ),
    "a message is changed": lambda s, e: isinstance(s.messages.change("ten_a", MESSAGE.id, QUEUED, e), Applied),
    "an event type is put": lambda s, e: s.event_types.put(
        "ten_a", replace(EVENT_TYPE, template=f"t{len(s.told)}", revision=2), EVENT_TYPE, e
    ),
    "a preference is put": lambda s, e: (
        s.preferences.put(replace(PREFERENCE, email_confirmed=not s.told, revision=2), PREFERENCE, e)
        is PreferenceWritten.WRITTEN
    ),
    "settings of preferences are replaced": lambda s, e: s.preference_settings.replace(
        "ten_a", TenantSettings(), TenantSettings(digest_hour=len(s.told), revision=1), e
    ),
    "a user's settings are replaced": lambda s, e: (
        s.user_settings.replace("ten_a", USER.id, UserSettings(), UserSettings(digest_hour=len(s.told), revision=1), e)
        is PreferenceWritten.WRITTEN
    ),
    "a pool is added": lambda s, e: s.pools.add(new := a_pool("acc_1", id="pool_2", name="two"), e) is new,
    "a pool is replaced": lambda s, e: (
        s.pools.replace(POOL, replace(POOL, account_ids=(f"acc_{len(s.told)}",), revision=2), e) is PoolWritten.WRITTEN
    ),
    "a pool is renamed": lambda s, e: (
        s.pools.replace(POOL, replace(POOL, name=f"Other {len(s.told)}", revision=2), e) is PoolWritten.WRITTEN
    ),
    "a strategy is replaced": lambda s, e: s.pools.replace_strategy(
        "ten_a", None, [Strategy.STICKY, Strategy.RANDOM][len(s.told)], e
    ),
    "a template is replaced": lambda s, e: (
        s.templates.replace(TEMPLATE, replace(TEMPLATE, draft=f"d{len(s.told)}", revision=2), entries=e)
        is TemplateWritten.WRITTEN
    ),
    "a user is put": lambda s, e: (
        s.users.put(replace(USER, name=f"B{len(s.told)}", revision=2), USER, e) is UserWritten.WRITTEN
    ),
    "a user gets another address": lambda s, e: (
        s.users.put(replace(USER, email=f"b{len(s.told)}@example.com", revision=2), USER, e) is UserWritten.WRITTEN
    ),
}
"""Each is refused the second time, or is the same as the first."""

ONCE: dict[str, Act] = {
    "a tenant is added": lambda s, e: s.directory.add_tenant(Tenant("ten_a", "Acme", NOON), KEY, e) is None,
    "a pool is removed": lambda s, e: s.pools.remove(POOL, e),
    "a template is removed": lambda s, e: s.templates.remove(TEMPLATE, e),
    "an event type is deleted": lambda s, e: s.event_types.delete("ten_a", EVENT_TYPE, e),
    "a preference is deleted": lambda s, e: s.preferences.delete(PREFERENCE, e),
    "a user is deleted": lambda s, e: s.users.delete(USER, e),
    "a template is added": lambda s, e: (
        s.templates.add(a_template("tpl_2", name="two"), SOURCE, e) == a_template("tpl_2", name="two")
    ),
    "a key is added": lambda s, e: s.directory.add_key(replace(KEY, id="key_2"), e) is None,
    "a consent is asked for": lambda s, e: s.consents.add("hash", CONSENT, e) is None,
}


def entries(action: Action = Action.POOL_CHANGED) -> Entries:
    with acts():
        return entries_of("ten_a", Deed(action, "pool/pool_1", {"name": "a"}, {"name": "b"}))


@pytest.mark.parametrize("act", ONCE.values(), ids=ONCE)
def test_a_change_is_written_with_its_entries(stores: Stores, act: Act) -> None:
    added(stores)
    told = entries()

    assert act(stores, told)

    assert stores.told == told


@pytest.mark.parametrize("act", WRITES.values(), ids=WRITES)
def test_a_change_is_written_with_its_entries_and_one_that_is_refused_leaves_none(stores: Stores, act: Act) -> None:
    added(stores)
    told = entries()
    assert act(stores, told)

    act(stores, entries(Action.POOL_DELETED))

    assert stores.told == told
