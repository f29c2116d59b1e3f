import os
import secrets
from collections.abc import Iterator

import pytest

from tests.faults.bare_aws import BareAws, bare_aws
from tests.long.figures import Figures

_FIGURES = pytest.StashKey[Figures]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_FIGURES] = Figures(int(os.environ.get("SEED") or secrets.randbelow(1_000_000)))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: pytest.ExitCode, config: pytest.Config
) -> None:
    figures = config.stash[_FIGURES]
    if figures.rows:
        terminalreporter.section(f"figures, seed {figures.seed}")
        terminalreporter.write_line(figures.table())
        if exitstatus == pytest.ExitCode.OK:
            figures.keep(config.invocation_params.args)


@pytest.fixture(scope="session")
def figures(request: pytest.FixtureRequest) -> Figures:
    return request.config.stash[_FIGURES]


@pytest.fixture(scope="session")
def seed(figures: Figures) -> int:
    return figures.seed


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareAws]:
    with bare_aws(tmp_path_factory.mktemp("aws")) as running:
        yield running
