from postroom.oauth2.answers import ConsentAnswer
from postroom.oauth2.authorize import AskForConsent
from postroom.tenancy.model import Role
from postroom.web.routes import CurrentCaller, Routes


def oauth2_routes(routes: Routes, ask: AskForConsent) -> None:
    @routes.post("/v1/accounts/{account_id}/oauth2/authorize", role=Role.ADMIN)
    def authorize_account(account_id: str, caller: CurrentCaller) -> ConsentAnswer:
        """Get the address at which a mailbox's owner lets this account send by OAuth2."""
        return ConsentAnswer.of(ask(caller.tenant_id, account_id))
