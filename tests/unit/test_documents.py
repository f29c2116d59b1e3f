import re
from itertools import groupby
from pathlib import Path

import pytest

from local.place import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("bench/*.md")])

_RULE = re.compile(r"\|(\s*:?-+:?\s*\|)+$")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_has_no_two_versions_of_a_passage(document: Path) -> None:
    assert not [line for line in document.read_text().splitlines() if line.startswith(("<<<<<<<", ">>>>>>>"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_says_nothing_twice_in_its_headings(document: Path) -> None:
    headings = [line for line in document.read_text().splitlines() if line.startswith("## ")]

    assert len(headings) == len(set(headings))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_table_has_a_line_below_its_head_and_no_other_table_glued_to_it(document: Path) -> None:
    text = re.sub(r"^ *```.*?^ *```", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
    runs = [list(run) for is_row, run in groupby(text.splitlines(), lambda line: line.startswith("|")) if is_row]

    assert not [run[0] for run in runs if [bool(_RULE.match(row)) for row in run].count(True) != 1]
    assert not [run[0] for run in runs if not _RULE.match(run[1])]
