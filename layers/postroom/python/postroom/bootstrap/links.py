"""Links to users' preferences: made, ended, and gone with the user."""

from collections.abc import Callable

from postroom.audit import entry_rows
from postroom.bootstrap import aws
from postroom.bootstrap.preferences import build_forget_user
from postroom.bootstrap.sealing import build_links_sealer
from postroom.clock import system_clock
from postroom.pages import store as pages_store
from postroom.pages.links import SealedLinks
from postroom.pages.store import DynamoRevocations
from postroom.settings import Settings


def build_make_links(settings: Settings) -> SealedLinks:
    return SealedLinks(settings.oauth2.public_url, build_links_sealer(settings), system_clock)


def build_revocations(settings: Settings) -> DynamoRevocations:
    aws.name((*pages_store.ROWS, *entry_rows.ROWS), settings.directory_table)
    return DynamoRevocations()


def build_forget_user_and_links(settings: Settings) -> Callable[[str, str], None]:
    forget, revocations = build_forget_user(settings), build_revocations(settings)

    def forget_both(tenant_id: str, user_id: str) -> None:
        forget(tenant_id, user_id)
        revocations.forget(tenant_id, user_id)

    return forget_both
