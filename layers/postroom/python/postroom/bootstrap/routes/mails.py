"""The routes of mails that every application sends, and of the tokens in their links."""

from postroom.bootstrap.mails import build_ask_for_mail, build_mail_settings, build_tokens
from postroom.bootstrap.preferences import build_preferences
from postroom.bootstrap.users import build_users
from postroom.clock import system_clock
from postroom.mails.routes import mail_routes, mail_settings_routes
from postroom.mails.settings import ChangeMailSettings, ReadMailSettings
from postroom.preferences.confirm import NoteConfirmed
from postroom.settings import Settings
from postroom.tokens.model import Purpose
from postroom.tokens.redeem import RedeemToken
from postroom.tokens.routes import token_routes
from postroom.users.manage import FindUsers
from postroom.web.routes import Routes


def add_mails(routes: Routes, settings: Settings) -> None:
    store = build_mail_settings(settings)
    mail_settings_routes(routes, ReadMailSettings(store), ChangeMailSettings(store, settings.local))
    mail_routes(routes, build_ask_for_mail(settings))
    heed = {Purpose.NOTIFICATION_ADDRESS: NoteConfirmed(build_preferences(settings), system_clock)}
    token_routes(routes, RedeemToken(build_tokens(settings), FindUsers(build_users(settings)), system_clock, heed))
