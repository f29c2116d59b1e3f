from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from postroom.audit.bodies import EntryAnswer
from postroom.audit.model import Action
from postroom.audit.ports import Filter, Log
from postroom.paging import Page
from postroom.tenancy.model import Role
from postroom.web.moments import MomentText, end_of, start_of
from postroom.web.pages import CursorText, Limit, Listed, Listing, Order, that_fits
from postroom.web.routes import CurrentCaller, Routes

_LONGEST_TARGET = 300

ActionFilter = Annotated[Action | None, Query(description="Only this kind of deed.")]
TargetFilter = Annotated[
    str | None, Query(max_length=_LONGEST_TARGET, description="Only what was done to this, such as account/acc_….")
]
KeyFilter = Annotated[str | None, Query(max_length=64, description="Only what was done with this key, by its id.")]
FromFilter = Annotated[MomentText | None, Query(alias="from", description="Done at this time or later.")]
ToFilter = Annotated[MomentText | None, Query(description="Done before this time; a day is included.")]


def audit_routes(routes: Routes, log: Log) -> None:
    """Two, since a platform key uses nothing that a tenant's key may use."""

    def listed(tenant_id: str, wanted: Filter, limit: int, cursor: str | None, order: str) -> Listed[EntryAnswer]:
        listing = Listing("audit", order)
        found = log.page(tenant_id, wanted, listing.request(limit, cursor))
        answers = tuple(map(EntryAnswer.of, found.items))
        page = that_fits(Page(answers, found.last), lambda answer: answer.id)
        return Listed(items=list(page.items), next_cursor=listing.cursor(page))

    @routes.get("/v1/audit", role=Role.ADMIN)
    def list_audit(  # noqa: PLR0913, PLR0917 - one parameter for each filter
        caller: CurrentCaller,
        action: ActionFilter = None,
        target: TargetFilter = None,
        key_id: KeyFilter = None,
        since: FromFilter = None,
        to: ToFilter = None,
        limit: Limit = 50,
        cursor: CursorText = None,
        order: Order = "-created_at",
    ) -> Listed[EntryAnswer]:
        """List who did what, when and from where, the newest first. With several filters, a page may have fewer."""
        wanted = Filter(action, target or None, key_id or None, start_of(since), end_of(to))
        return listed(caller.tenant_id, wanted, limit, cursor, order)

    @routes.get("/v1/platform/audit", role=Role.PLATFORM)
    def list_platform_audit(  # noqa: PLR0913, PLR0917 - as above
        caller: CurrentCaller,
        action: ActionFilter = None,
        target: TargetFilter = None,
        key_id: KeyFilter = None,
        since: FromFilter = None,
        to: ToFilter = None,
        limit: Limit = 50,
        cursor: CursorText = None,
        order: Order = "-created_at",
    ) -> Listed[EntryAnswer]:
        """List what was done with the platform's keys, the newest first, also to tenants."""
        wanted = Filter(action, target or None, key_id or None, start_of(since), end_of(to))
        return listed(caller.tenant_id, wanted, limit, cursor, order)
