from postroom.notifications.answers import AcceptedNotificationAnswer
from postroom.notifications.bodies import UsersNotificationBody, UserTypesNotificationBody
from postroom.notifications.notify import Notify
from postroom.tenancy.model import Role
from postroom.web.routes import CurrentCaller, CurrentSeed, Routes


def notification_routes(routes: Routes, notify: Notify) -> None:
    @routes.post("/v1/notifications/users", role=Role.OPERATOR, status=202, idempotent=True)
    def notify_users(
        body: UsersNotificationBody, caller: CurrentCaller, seed: CurrentSeed
    ) -> AcceptedNotificationAnswer:
        """Notify many users, each by a mail of their own."""
        wanted = body.notification(caller.highest_priority)
        return AcceptedNotificationAnswer.of(notify.users(caller.tenant_id, wanted, body.user_ids, seed))

    @routes.post("/v1/notifications/user-types", role=Role.OPERATOR, status=202, idempotent=True)
    def notify_user_types(
        body: UserTypesNotificationBody, caller: CurrentCaller, seed: CurrentSeed
    ) -> AcceptedNotificationAnswer:
        """Notify all users of some types, each by a mail of their own."""
        wanted = body.notification(caller.highest_priority)
        return AcceptedNotificationAnswer.of(notify.user_types(caller.tenant_id, wanted, body.user_types, seed))
