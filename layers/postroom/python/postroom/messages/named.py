"""What the messages of a request name, looked up once for all of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from postroom.errors import FieldError
from postroom.messages.draft import Names
from postroom.pools.model import Pool
from postroom.templates.model import Chosen, Wanted

_PARALLEL = 16

KnowsAccount = Callable[[str, str], bool]
"""Whether a tenant has an account of this id."""

PoolsOf = Callable[[str, Iterable[str]], Mapping[str, Pool]]
"""A tenant's pools of these ids, as far as they are there."""

TemplatesFor = Callable[[str, Iterable[Wanted]], Mapping[Wanted, Chosen | str]]
"""For each wish the template that serves it, or why there is none."""


@dataclass(frozen=True, slots=True)
class Named:
    """The accounts that are not there, and the pools and templates that are."""

    unknown_accounts: set[str]
    pools: Mapping[str, Pool]
    templates: Mapping[Wanted, Chosen | str]

    def template(self, names: Names) -> Chosen | None:
        chosen = self.templates[names.template] if names.template else None
        return chosen if isinstance(chosen, Chosen) else None

    def errors(self, names: Names) -> Iterator[FieldError]:
        if names.account_id in self.unknown_accounts:
            yield FieldError("account_id", "There is no such account")
        if names.pool_id is not None:
            yield from self._errors_of_pool(names, self.pools.get(names.pool_id))
        if names.template is not None and isinstance(problem := self.templates[names.template], str):
            yield FieldError("template", problem)

    def _errors_of_pool(self, names: Names, pool: Pool | None) -> Iterator[FieldError]:
        if pool is None:
            yield FieldError("pool_id", "There is no such pool")
        elif names.account_id is not None and names.account_id not in {*pool.account_ids, *self.unknown_accounts}:
            yield FieldError("account_id", "is not in the pool that pool_id names")


@dataclass(frozen=True, slots=True)
class LookUpNamed:
    knows_account: KnowsAccount
    pools_of: PoolsOf
    templates_for: TemplatesFor

    def __call__(self, tenant_id: str, named: Sequence[Names]) -> Named:
        pools = {names.pool_id for names in named if names.pool_id is not None}
        templates = {names.template for names in named if names.template is not None}
        return Named(
            self._unknown_accounts(tenant_id, {names.account_id for names in named if names.account_id is not None}),
            self.pools_of(tenant_id, pools) if pools else {},
            self.templates_for(tenant_id, templates) if templates else {},
        )

    def _unknown_accounts(self, tenant_id: str, account_ids: set[str]) -> set[str]:
        with ThreadPoolExecutor(_PARALLEL) as threads:
            known = threads.map(lambda account_id: self.knows_account(tenant_id, account_id), account_ids)
            return {account_id for account_id, is_known in zip(account_ids, known, strict=True) if not is_known}
