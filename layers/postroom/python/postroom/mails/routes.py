from collections.abc import Callable

from postroom.mails.bodies import (
    AcceptedMailAnswer,
    InvitationBody,
    MailSettingsAnswer,
    MailSettingsBody,
    PasswordResetBody,
    VerificationBody,
    WelcomeBody,
)
from postroom.mails.model import MailRequest
from postroom.mails.settings import ChangeMailSettings, ReadMailSettings
from postroom.tenancy.model import Role
from postroom.web.routes import CurrentCaller, CurrentSeed, Routes


def mail_settings_routes(routes: Routes, read: ReadMailSettings, change: ChangeMailSettings) -> None:
    @routes.get("/v1/settings/mails", role=Role.VIEWER)
    def show_mail_settings(caller: CurrentCaller) -> MailSettingsAnswer:
        """Show where links may lead, how long they live, and how often one person gets a mail."""
        return MailSettingsAnswer.of(read(caller.tenant_id))

    @routes.put("/v1/settings/mails", role=Role.ADMIN)
    def change_mail_settings(body: MailSettingsBody, caller: CurrentCaller) -> MailSettingsAnswer:
        """Say where links may lead, how long they live, and how often one person gets a mail."""
        seen = read(caller.tenant_id, body.revision)
        return MailSettingsAnswer.of(change(caller.tenant_id, seen, body.wanted(seen)))


def mail_routes(routes: Routes, ask: Callable[[MailRequest], None]) -> None:
    @routes.post("/v1/emails/verification", role=Role.OPERATOR, status=202, idempotent=True)
    def send_verification(body: VerificationBody, caller: CurrentCaller, seed: CurrentSeed) -> AcceptedMailAnswer:
        """Send a user a link that verifies the address."""
        ask(body.request(caller.tenant_id, seed))
        return AcceptedMailAnswer()

    @routes.post("/v1/emails/password-reset", role=Role.OPERATOR, status=202, idempotent=True)
    def send_password_reset(body: PasswordResetBody, caller: CurrentCaller, seed: CurrentSeed) -> AcceptedMailAnswer:
        """Send the user with this address, if there is one, a link to a new password."""
        ask(body.request(caller.tenant_id, seed))
        return AcceptedMailAnswer()

    @routes.post("/v1/emails/invitation", role=Role.OPERATOR, status=202, idempotent=True)
    def send_invitation(body: InvitationBody, caller: CurrentCaller, seed: CurrentSeed) -> AcceptedMailAnswer:
        """Send an invitation to an address, in the name of a user."""
        ask(body.request(caller.tenant_id, seed))
        return AcceptedMailAnswer()

    @routes.post("/v1/emails/welcome", role=Role.OPERATOR, status=202, idempotent=True)
    def send_welcome(body: WelcomeBody, caller: CurrentCaller, seed: CurrentSeed) -> AcceptedMailAnswer:
        """Welcome a user."""
        ask(body.request(caller.tenant_id, seed))
        return AcceptedMailAnswer()
