from postroom.tenancy.model import Role
from postroom.tokens.bodies import RedemptionAnswer, VerifyBody
from postroom.tokens.redeem import RedeemToken
from postroom.web.routes import CurrentCaller, CurrentSeed, Routes


def token_routes(routes: Routes, redeem: RedeemToken) -> None:
    @routes.post("/v1/tokens/verify", role=Role.OPERATOR, idempotent=True)
    def verify_token(body: VerifyBody, caller: CurrentCaller, seed: CurrentSeed) -> RedemptionAnswer:
        """Redeem the token of a link, once, and tell for whom it speaks."""
        return RedemptionAnswer.of(redeem(caller.tenant_id, body.purpose, body.token, seed))
