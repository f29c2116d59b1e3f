from postroom.pages.answers import LinkAnswer, RevokedAnswer
from postroom.pages.bodies import LinkBody
from postroom.pages.links import IssueLink
from postroom.pages.revoke import RevokeLinks
from postroom.preferences.rights import check_user
from postroom.tenancy.model import Role
from postroom.web.ids import known_user_id
from postroom.web.routes import CurrentCaller, Routes


def link_routes(routes: Routes, issue: IssueLink, revoke: RevokeLinks) -> None:
    # Not for a key that is bound to a user: what it got would work when the key does not any more.
    @routes.post("/v1/users/{user_id}/preference-links", role=Role.OPERATOR)
    def make_preference_link(user_id: str, caller: CurrentCaller, body: LinkBody | None = None) -> LinkAnswer:
        """Get a link to the page where a user changes preferences without a password."""
        del body
        known = known_user_id(user_id)
        return LinkAnswer(user=known, preferences_url=issue(caller.tenant_id, known))

    @routes.post("/v1/users/{user_id}/preference-links/revoke", role=Role.OPERATOR, bound=True)
    def revoke_preference_links(user_id: str, caller: CurrentCaller) -> RevokedAnswer:
        """End all links to a user's preferences, those in mails that were sent as well; later ones work."""
        known = check_user(caller, known_user_id(user_id))
        return RevokedAnswer(user=known, revoked_at=revoke(caller.tenant_id, known))
