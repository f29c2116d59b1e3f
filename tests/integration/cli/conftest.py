from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner, Result

from postroom_cli.app import build
from postroom_cli.desk import World
from tests.fakes.played_api import PlayedApi, played_api

KEY = f"pr_acme_01m7key_{'S' * 43}"


@dataclass
class CommandLine:
    """``postroom`` as it is typed, against a played API, with a clock that only sleeping moves."""

    api: PlayedApi
    environ: dict[str, str]
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    slept: list[float] = field(default_factory=list)
    seconds: float = 5

    def __call__(self, *words: str, given: str | bytes | None = None, **environ: str) -> Result:
        world = World(self.environ | environ, self._sleep, lambda: self.now, self.seconds)
        result = CliRunner().invoke(build(), words, input=given, obj=world, catch_exceptions=False)
        assert KEY not in result.output
        return result

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def api() -> Iterator[PlayedApi]:
    with played_api() as played:
        yield played


@pytest.fixture
def postroom(api: PlayedApi) -> CommandLine:
    return CommandLine(api, {"POSTROOM_API": api.url, "POSTROOM_KEY": KEY})
