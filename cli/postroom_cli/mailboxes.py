"""Which account is meant."""

from postroom_cli.client import Client
from postroom_cli.document import Document
from postroom_cli.errors import Bad
from postroom_cli.paths import at


def find(api: Client, account: str) -> Document:
    """By id, or by address when only one account has it. Raises Bad."""
    if "@" not in account:
        return api.get(at("accounts", account))
    found = [one for one in api.each(at("accounts")) if one.text("email").lower() == account.strip().lower()]
    if not found:
        raise Bad(f"No account has the address {account}", "See: postroom accounts list")
    if len(found) > 1:
        ids = ", ".join(one.text("id") for one in found)
        raise Bad(f"{len(found)} accounts have the address {account}: {ids}", "Name one by its id.")
    return found[0]


def find_id(api: Client, account: str) -> str:
    """Raises Bad."""
    return find(api, account).text("id") if "@" in account else account
