from dataclasses import replace
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from postroom.accounts.answers import AccountAnswer, EventAnswer
from postroom.accounts.bodies import AccountBody, AccountChangeBody
from postroom.accounts.health_answers import DayAnswer, HealthAnswer, UsageAnswer
from postroom.accounts.manage import ChangeAccount, CreateAccount, DeleteAccount, FindAccounts
from postroom.accounts.model import Account, AccountStatus
from postroom.accounts.preset_answers import PresetAnswer, PresetsAnswer
from postroom.accounts.providers import PRESETS
from postroom.accounts.reset import ResetAccount
from postroom.accounts.sessions import logins_today, open_sessions
from postroom.accounts.usage import ReadUsage
from postroom.audit.model import Action
from postroom.clock import Clock
from postroom.tenancy.model import Role
from postroom.web.pages import CursorText, Limit, Listed, Listing, Order
from postroom.web.query import Force
from postroom.web.routes import CurrentCaller, CurrentSeed, Routes

Days = Annotated[int, Query(ge=1, le=366, description="How many days back, today included.")]


def account_routes(  # noqa: PLR0913 - one use case for each route
    routes: Routes,
    find: FindAccounts,
    create: CreateAccount,
    change: ChangeAccount,
    delete: DeleteAccount,
    *,
    clock: Clock,
) -> None:
    def answer(account: Account) -> AccountAnswer:
        return AccountAnswer.of(account, clock())

    @routes.post("/v1/accounts", role=Role.ADMIN, status=201, idempotent=True)
    def create_account(body: AccountBody, caller: CurrentCaller, seed: CurrentSeed) -> AccountAnswer:
        """Add a mailbox to send from."""
        return answer(create(caller.tenant_id, body.config(), body.smtp_password, seed))

    @routes.get("/v1/accounts", role=Role.VIEWER)
    def list_accounts(
        caller: CurrentCaller, limit: Limit = 50, cursor: CursorText = None, order: Order = "created_at"
    ) -> Listed[AccountAnswer]:
        """List the accounts."""
        listing = Listing("accounts", order)
        page = find.page(caller.tenant_id, listing.request(limit, cursor))
        return Listed(items=[answer(account) for account in page.items], next_cursor=listing.cursor(page))

    @routes.get("/v1/accounts/presets", role=Role.VIEWER)
    def list_presets() -> PresetsAnswer:
        """List the mail providers we know: their servers, their limits and what their users have to know."""
        return PresetsAnswer(items=[PresetAnswer.of(preset) for preset in PRESETS])

    @routes.get("/v1/accounts/{account_id}", role=Role.VIEWER)
    def get_account(account_id: str, caller: CurrentCaller) -> AccountAnswer:
        """Show an account, what it has sent and what it has left."""
        return answer(find.one(caller.tenant_id, account_id))

    @routes.put("/v1/accounts/{account_id}", role=Role.ADMIN)
    def change_account(account_id: str, body: AccountChangeBody, caller: CurrentCaller) -> AccountAnswer:
        """Change an account; what is left out stays as it is."""
        seen = find.one(caller.tenant_id, account_id)
        config = body.config(seen.config)
        return answer(change(seen, config, body.new_password))

    @routes.delete("/v1/accounts/{account_id}", role=Role.ADMIN)
    def delete_account(account_id: str, caller: CurrentCaller, *, force: Force = False) -> None:
        """Delete an account and its password. One that pools or waiting messages use needs force."""
        delete(caller.tenant_id, account_id, force=force)


def health_routes(routes: Routes, find: FindAccounts, change: ChangeAccount, *, clock: Clock) -> None:
    def switched(tenant_id: str, account_id: str, status: AccountStatus) -> AccountAnswer:
        seen = find.one(tenant_id, account_id)
        resumed = status is AccountStatus.ACTIVE
        action = Action.ACCOUNT_RESUMED if resumed else Action.ACCOUNT_PAUSED
        account = change(seen, replace(seen.config, status=status), None, afresh=resumed, action=action)
        return AccountAnswer.of(account, clock())

    @routes.post("/v1/accounts/{account_id}/pause", role=Role.ADMIN)
    def pause_account(account_id: str, caller: CurrentCaller) -> AccountAnswer:
        """Let an account rest until it is resumed."""
        return switched(caller.tenant_id, account_id, AccountStatus.INACTIVE)

    @routes.post("/v1/accounts/{account_id}/resume", role=Role.ADMIN)
    def resume_account(account_id: str, caller: CurrentCaller) -> AccountAnswer:
        """Let an account send again, also after a stop or a rest, and forget what its server's replies have taught."""
        return switched(caller.tenant_id, account_id, AccountStatus.ACTIVE)

    @routes.get("/v1/accounts/{account_id}/events", role=Role.VIEWER)
    def list_events(
        account_id: str,
        caller: CurrentCaller,
        limit: Limit = 50,
        cursor: CursorText = None,
        order: Order = "-created_at",
    ) -> Listed[EventAnswer]:
        """List what happened to an account: stops, rests, recovery, proof, consent, what was learned."""
        listing = Listing("account-events", order)
        page = find.events(find.one(caller.tenant_id, account_id), listing.request(limit, cursor))
        return Listed(items=[EventAnswer.of(event) for event in page.items], next_cursor=listing.cursor(page))


def usage_routes(routes: Routes, find: FindAccounts, reset: ResetAccount, usage: ReadUsage, *, clock: Clock) -> None:
    @routes.get("/v1/accounts/{account_id}/usage", role=Role.VIEWER)
    def show_usage(account_id: str, caller: CurrentCaller, days: Days = 30) -> UsageAnswer:
        """Show what an account sent and what was refused or put off, day by day, today first, and today's log-ins."""
        account, now = find.one(caller.tenant_id, account_id), clock()
        return UsageAnswer(
            account_id=account.id,
            timezone=account.config.timezone,
            logins=logins_today(account, now),
            open_connections=open_sessions(account, now),
            items=[DayAnswer.of(day) for day in usage(account, days)],
        )

    @routes.get("/v1/accounts/{account_id}/health", role=Role.VIEWER)
    def show_health(account_id: str, caller: CurrentCaller) -> HealthAnswer:
        """Show whether an account is well: its circuit, its last success and error, its limits."""
        return HealthAnswer.of(find.one(caller.tenant_id, account_id), clock())

    @routes.post("/v1/accounts/{account_id}/reset", role=Role.ADMIN)
    def reset_account(account_id: str, caller: CurrentCaller) -> AccountAnswer:
        """Set an account's counter to zero by hand."""
        account = reset(caller.tenant_id, account_id)
        return AccountAnswer.of(account, clock())
