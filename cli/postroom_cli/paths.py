"""Paths of the API."""

from urllib.parse import quote

from postroom_cli.errors import Usage


def at(*parts: str) -> str:
    """``at("accounts", "acc_1", "usage")`` is ``/v1/accounts/acc_1/usage``. Raises Usage for what is no part of one."""
    for part in parts:
        if part.strip() in {"", ".", ".."}:
            raise Usage(f"'{part}' is not an id")
    return "/".join(("/v1", *(quote(part, safe="") for part in parts)))
