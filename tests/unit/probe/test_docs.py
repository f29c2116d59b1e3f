"""What a user reads about causes is what the table says."""

from local.place import ROOT
from postroom.probe.advice import ADVICE


def test_each_cause_is_in_the_documentation_with_its_remedy() -> None:
    text = (ROOT / "docs" / "testing.md").read_text()

    for cause, advice in ADVICE.items():
        remedy = advice.remedy.format(host="`smtp_host`", port="`smtp_port`")
        assert f"| `{cause}` | {remedy} |" in text, cause
