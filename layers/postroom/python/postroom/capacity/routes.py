from collections.abc import Iterable
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from postroom.capacity.bodies import CapacityAnswer, ExplanationAnswer
from postroom.capacity.explain import ExplainMessage
from postroom.capacity.tell import Capacity, TellCapacity
from postroom.errors import FieldError, Invalid, NotFound
from postroom.ids import is_id
from postroom.pools.manage import FindPools
from postroom.tenancy.model import Role
from postroom.web.routes import CurrentCaller, Routes

_MOST_CHARACTERS = 5000

AccountIds = Annotated[
    str | None,
    Query(min_length=1, max_length=_MOST_CHARACTERS, description="Only these accounts, separated by commas."),
]


PoolId = Annotated[str | None, Query(max_length=64, description="Only the accounts of this pool.")]


def _there_is_no(ids: Iterable[str]) -> str:
    named = ", ".join(filter(None, sorted(ids)))
    return f"There is no such account: {named}" if named else "must be ids of accounts, separated by commas"


def capacity_routes(routes: Routes, tell: TellCapacity, explain: ExplainMessage, pools: FindPools) -> None:
    def of_accounts(tenant_id: str, account_ids: str) -> Capacity:
        wanted = frozenset(one.strip() for one in account_ids.split(","))
        told = tell(tenant_id, wanted)
        unknown = wanted - {one.account.id for one in told.accounts}
        if unknown:
            raise Invalid((FieldError("account_ids", _there_is_no(unknown)),))
        return told

    def of_pool(tenant_id: str, pool_id: str) -> Capacity:
        return tell(tenant_id, frozenset(pools.one(tenant_id, pool_id).account_ids), pool_id)

    @routes.get("/v1/capacity", role=Role.VIEWER)
    def show_capacity(caller: CurrentCaller, account_ids: AccountIds = None, pool_id: PoolId = None) -> CapacityAnswer:
        """Show what can be sent now, in the next hour and today, what waits, and when that will have gone."""
        if account_ids is not None and pool_id is not None:
            raise Invalid((FieldError("pool_id", "cannot be used together with account_ids"),))
        if account_ids is not None:
            return CapacityAnswer.of(of_accounts(caller.tenant_id, account_ids))
        if pool_id is not None:
            return CapacityAnswer.of(of_pool(caller.tenant_id, pool_id))
        return CapacityAnswer.of(tell(caller.tenant_id))

    @routes.get("/v1/messages/{message_id}/explain", role=Role.VIEWER)
    def explain_message(message_id: str, caller: CurrentCaller) -> ExplanationAnswer:
        """Say why a message waits and until when, or what became of it."""
        if not is_id("msg", message_id):
            raise NotFound
        return ExplanationAnswer.of(explain(caller.tenant_id, message_id))
