from local.place import ROOT
from postroom.audit.model import Action


def test_the_documentation_has_every_action() -> None:
    document = (ROOT / "docs" / "audit.md").read_text("utf-8")

    assert [action for action in Action if f"`{action}`" not in document] == []
