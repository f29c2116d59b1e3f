from postroom.paging import Page
from postroom.pools.bodies import PoolAnswer, PoolBody, PoolChangeBody, SettingsAnswer, SettingsBody
from postroom.pools.choice import ChangeChoice, ReadChoice
from postroom.pools.manage import ChangePool, CreatePool, DeletePool, FindPools
from postroom.tenancy.model import Role
from postroom.web.ids import checked_id
from postroom.web.pages import CursorText, Limit, Listed, Listing, Order, that_fits
from postroom.web.query import Force
from postroom.web.routes import CurrentCaller, CurrentSeed, Routes


def pool_routes(routes: Routes, find: FindPools, create: CreatePool, change: ChangePool, delete: DeletePool) -> None:
    @routes.post("/v1/pools", role=Role.ADMIN, status=201, idempotent=True)
    def create_pool(body: PoolBody, caller: CurrentCaller, seed: CurrentSeed) -> PoolAnswer:
        """Name a set of accounts."""
        return PoolAnswer.of(create(caller.tenant_id, body.wanted(), seed))

    @routes.get("/v1/pools", role=Role.VIEWER)
    def list_pools(
        caller: CurrentCaller, limit: Limit = 50, cursor: CursorText = None, order: Order = "created_at"
    ) -> Listed[PoolAnswer]:
        """List the pools."""
        listing = Listing("pools", order)
        found = find.page(caller.tenant_id, listing.request(limit, cursor))
        page = that_fits(Page(tuple(map(PoolAnswer.of, found.items)), found.last), lambda answer: answer.id)
        return Listed(items=list(page.items), next_cursor=listing.cursor(page))

    @routes.get("/v1/pools/{pool_id}", role=Role.VIEWER)
    def get_pool(pool_id: str, caller: CurrentCaller) -> PoolAnswer:
        """Show a pool."""
        return PoolAnswer.of(find.one(caller.tenant_id, checked_id("pool", pool_id)))

    @routes.put("/v1/pools/{pool_id}", role=Role.ADMIN)
    def change_pool(pool_id: str, body: PoolChangeBody, caller: CurrentCaller) -> PoolAnswer:
        """Change a pool; what is left out stays as it is."""
        seen = find.one(caller.tenant_id, checked_id("pool", pool_id), body.revision)
        return PoolAnswer.of(change(seen, body.wanted(seen)))

    @routes.delete("/v1/pools/{pool_id}", role=Role.ADMIN)
    def delete_pool(pool_id: str, caller: CurrentCaller, *, force: Force = False) -> None:
        """Delete a pool, not its accounts. One that waiting messages name needs force."""
        delete(caller.tenant_id, checked_id("pool", pool_id), force=force)


def settings_routes(routes: Routes, read: ReadChoice, change: ChangeChoice) -> None:
    @routes.get("/v1/settings", role=Role.VIEWER)
    def show_settings(caller: CurrentCaller) -> SettingsAnswer:
        """Show how accounts are chosen where neither a message nor its pool says."""
        return SettingsAnswer(strategy=read(caller.tenant_id))

    @routes.put("/v1/settings", role=Role.ADMIN)
    def change_settings(body: SettingsBody, caller: CurrentCaller) -> SettingsAnswer:
        """Say how accounts are chosen where neither a message nor its pool says."""
        return SettingsAnswer(strategy=change(caller.tenant_id, body.strategy))
