"""The test of all active accounts, for the commands that take it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from postroom_cli.client import Client
from postroom_cli.document import Document
from postroom_cli.errors import CliError
from postroom_cli.paths import at


@dataclass(frozen=True, slots=True)
class Tested:
    """``broken``: why there are not all of them."""

    outcomes: list[Document]
    broken: CliError | None = None


def test_active(api: Client, heard: Callable[[int], None]) -> Tested:
    """``heard`` gets how many more are done. A test is not repeated, so what was found before a fault is kept."""
    outcomes: list[Document] = []
    try:
        for page in _pages(api):
            outcomes += page
            heard(len(page))
    except CliError as error:
        return Tested(outcomes, error)
    return Tested(outcomes)


def was_tested(outcome: Document) -> bool:
    """It may not have been, for want of a free connection."""
    return outcome.flag("tested") is not False


def _pages(api: Client) -> Iterator[list[Document]]:
    """Each has what there was time for; the next one goes on from there."""
    cursor: str | None = None
    while True:
        answer = api.post_once(at("accounts", "test-connections"), {"cursor": cursor})
        yield answer.parts("items")
        following = answer.text("next_cursor") or None
        if following is None or following == cursor:
            return
        cursor = following
