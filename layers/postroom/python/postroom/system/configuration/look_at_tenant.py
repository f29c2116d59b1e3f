"""Reads a tenant's configuration, of many things the first, and has it checked."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from postroom import faults
from postroom.accounts.model import Account
from postroom.clock import Clock
from postroom.errors import Unavailable
from postroom.mails.model import LETTERS, MailSettings
from postroom.messages.model import Message
from postroom.paging import Page, PageRequest
from postroom.pools.model import Pool
from postroom.system.configuration import accounts, keys, mails, pools, templates, users
from postroom.system.configuration.model import Area, Found, Point, T
from postroom.system.configuration.ports import HoldsSecret, LintLive
from postroom.system.configuration.report import bound_of, points_of, unread
from postroom.templates.own.model import Template
from postroom.tenancy.model import ApiKey
from postroom.users.model import User

PageOf = Callable[[str, PageRequest], Page[T]]

_PARALLEL = 8
_MOST_ACCOUNTS = 1000
_MOST_SECRETS = 100
"""A request to Secrets Manager each."""

_MOST_OTHERS = 200
_MOST_KEYS = 1000
"""The newest: those that were revoked long ago say nothing of who can make others."""

_MOST_LINTED = 10
"""A process each, which may be slow to start."""

_MOST_MESSAGES = 100


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a tenant's configuration is read from. ``latest`` are its messages."""

    accounts: Callable[[str], Sequence[Account]]
    holds_secret: HoldsSecret
    pools: PageOf[Pool]
    templates: PageOf[Template]
    built_in: Callable[[], Sequence[str]]
    lint_live: LintLive
    mail_settings: Callable[[str], MailSettings]
    latest: PageOf[Message]
    users: PageOf[User]
    keys: PageOf[ApiKey]


@dataclass(slots=True)
class _Looked:
    points: list[Point] = field(default_factory=list)
    bounded: list[str] = field(default_factory=list)

    def bound(self, what: str, found: Found[Any]) -> None:
        self.bounded += bound_of(what, found)


@dataclass(frozen=True, slots=True)
class LookAtTenant:
    sources: Sources
    retention: timedelta
    local: bool
    clock: Clock

    def __call__(self, tenant_id: str) -> tuple[tuple[Point, ...], tuple[str, ...]]:
        """The points, and of what only a part was looked at. A part that does not answer is a point of its own."""
        with ThreadPoolExecutor(_PARALLEL) as pool:
            # Two parts need them, and there may be ten thousand.
            known = pool.submit(self.sources.accounts, tenant_id)
            looks: tuple[tuple[Area, Callable[[], _Looked]], ...] = (
                (Area.ACCOUNTS, lambda: self._accounts(tenant_id, known.result())),
                (Area.POOLS, lambda: self._pools(tenant_id, known.result())),
                (Area.TEMPLATES, lambda: self._templates(tenant_id)),
                (Area.MAILS, lambda: self._mails(tenant_id)),
                (Area.USERS, lambda: self._users(tenant_id)),
                (Area.KEYS, lambda: self._keys(tenant_id)),
            )
            looked = list(pool.map(lambda look: _answered(*look), looks))
        points = (point for one in looked for point in one.points)
        return tuple(points), tuple(words for one in looked for words in one.bounded)

    def keys_of(self, tenant_id: str) -> tuple[tuple[Point, ...], tuple[str, ...]]:
        """Of the platform, which has nothing else."""
        looked = _answered(Area.KEYS, lambda: self._keys(tenant_id))
        return tuple(looked.points), tuple(looked.bounded)

    def _accounts(self, tenant_id: str, known: Sequence[Account]) -> _Looked:
        looked, found = _Looked(), _first(known, _MOST_ACCOUNTS)
        with_secret = _first([account for account in found.items if account.secret_version], _MOST_SECRETS)
        looked.bound("accounts", found)
        looked.bound("the secrets of accounts", with_secret)
        secrets = self._secrets(tenant_id, with_secret.items)
        seen = accounts.Accounts(found.items, secrets, self.local, self.clock())
        looked.points += points_of(accounts.CHECKS, seen)
        return looked

    def _secrets(self, tenant_id: str, some: Sequence[Account]) -> Mapping[str, bool]:
        def there(account: Account) -> bool:
            return self.sources.holds_secret(tenant_id, account.id, account.secret_version or "")

        with ThreadPoolExecutor(_PARALLEL) as pool:
            return dict(zip((account.id for account in some), pool.map(there, some), strict=True))

    def _pools(self, tenant_id: str, known: Sequence[Account]) -> _Looked:
        looked, found = _Looked(), _page(self.sources.pools, tenant_id, _MOST_OTHERS)
        looked.bound("pools", found)
        looked.points += points_of(pools.CHECKS, pools.Pools(found.items, tuple(known)))
        return looked

    def _templates(self, tenant_id: str) -> _Looked:
        looked, found = _Looked(), _page(self.sources.templates, tenant_id, _MOST_OTHERS)
        live = _first([one for one in found.items if one.variant.live is not None], _MOST_LINTED)
        looked.bound("templates", found)
        looked.bound("published templates", live)
        broken = {template.id: self.sources.lint_live(tenant_id, template) for template in live.items}
        built_in = self.sources.built_in() if found.items else ()
        looked.points += points_of(templates.CHECKS, templates.Templates(found.items, built_in, broken))
        return looked

    def _mails(self, tenant_id: str) -> _Looked:
        looked, names = _Looked(), {letter.template for letter in LETTERS.values()}
        latest = _page(self.sources.latest, tenant_id, _MOST_MESSAGES, newest_first=True)
        are_used = any(message.template is not None and message.template.name in names for message in latest.items)
        settings = self.sources.mail_settings(tenant_id)
        seen = mails.Mails(settings, are_used, self.retention, self.local)
        looked.points += points_of(mails.CHECKS, seen)
        return looked

    def _users(self, tenant_id: str) -> _Looked:
        looked, found = _Looked(), _page(self.sources.users, tenant_id, _MOST_OTHERS)
        looked.bound("users", found)
        looked.points += points_of(users.CHECKS, users.Users(found.items, self.local))
        return looked

    def _keys(self, tenant_id: str) -> _Looked:
        looked, found = _Looked(), _page(self.sources.keys, tenant_id, _MOST_KEYS, newest_first=True)
        looked.bound("keys", found)
        looked.points += points_of(keys.CHECKS, keys.Keys(found.items, self.clock()))
        return looked


def _answered(area: Area, look: Callable[[], _Looked]) -> _Looked:
    try:
        return look()
    except Unavailable as error:
        return _Looked([unread(area, faults.kind(error))])


def _first(items: Sequence[T], most: int) -> Found[T]:
    return Found(tuple(items[:most]), is_all=len(items) <= most)


def _page(page_of: PageOf[T], tenant_id: str, most: int, *, newest_first: bool = False) -> Found[T]:
    page = page_of(tenant_id, PageRequest(limit=most, newest_first=newest_first))
    return Found(page.items, is_all=page.last is None)
