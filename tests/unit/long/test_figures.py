from pathlib import Path

import pytest

from local.place import ROOT
from tests.long.figures import RESULTS, WHOLE_RUN, Figures

BEFORE = """# Figures

## Races, crashes and hostile servers

`make test-long SEED=1`, 2026-11-20

| what | figure | meaning |
|---|---|---|
| of old | 1 | gone |

## Beside rivals

### smtp_rtt
"""


@pytest.fixture
def results(tmp_path: Path) -> Path:
    results = tmp_path / "RESULTS.md"
    results.write_text(BEFORE)
    return results


@pytest.fixture
def figures() -> Figures:
    figures = Figures(seed=7)
    figures.tell("mails", "10 \\d", "all")
    return figures


def test_a_whole_run_takes_the_place_of_the_one_before_and_of_nothing_else(figures: Figures, results: Path) -> None:
    figures.keep(WHOLE_RUN, results)
    figures.keep(WHOLE_RUN, results)

    text = results.read_text()
    assert text.startswith("# Figures\n\n## Races, crashes and hostile servers\n\n`make test-long SEED=7`, ")
    assert text.endswith("\n\n## Beside rivals\n\n### smtp_rtt\n")
    assert text.count("| mails | 10 \\d | all |\n") == 1
    assert "of old" not in text


def test_the_first_whole_run_comes_behind_what_is_there(figures: Figures, results: Path) -> None:
    results.write_text("# Figures\n\n## Beside rivals\n")

    figures.keep(WHOLE_RUN, results)

    assert results.read_text().startswith("# Figures\n\n## Beside rivals\n\n## Races, crashes and hostile servers\n\n")
    assert results.read_text().endswith("| mails | 10 \\d | all |\n")


@pytest.mark.parametrize("arguments", [("-m", "long", "-rs", "tests/long/test_quota.py"), (*WHOLE_RUN, "-k", "quota")])
def test_what_a_part_of_the_tests_has_seen_is_not_kept(
    figures: Figures, results: Path, arguments: tuple[str, ...]
) -> None:
    figures.keep(arguments, results)

    assert results.read_text() == BEFORE


def test_the_whole_run_is_the_one_of_make() -> None:
    *options, tests = WHOLE_RUN
    makefile = (ROOT / "Makefile").read_text()

    assert f"pytest {' '.join(options)} $(TESTS)\n" in makefile
    assert f"TESTS ?= {tests}\n" in makefile


def test_the_figures_that_are_kept_have_a_place_for_the_next_run() -> None:
    assert RESULTS.read_text().count("\n## Races, crashes and hostile servers\n\n`make test-long SEED=") == 1
