from pathlib import Path

import pytest

from local.place import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("bench/*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_has_no_two_versions_of_a_passage(document: Path) -> None:
    assert not [line for line in document.read_text().splitlines() if line.startswith(("<<<<<<<", ">>>>>>>"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_says_nothing_twice_in_its_headings(document: Path) -> None:
    headings = [line for line in document.read_text().splitlines() if line.startswith("## ")]

    assert len(headings) == len(set(headings))
