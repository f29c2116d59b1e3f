"""Built-in templates that a test writes itself."""

from collections.abc import Callable, Mapping
from pathlib import Path

Shared = Callable[[], Mapping[str, str]]
"""What templates may build on, by name."""

BASE = """{% import "parts.html" as parts %}<html><head><style>
.card { color: red; }
@media (max-width: 480px) { .card { color: blue; } }
</style></head><body>{% block content %}{% endblock %}<p>{{ brand.footer }}</p></body></html>
"""
PARTS = '{% macro button(link, text) %}<a href="{{ link }}">{{ text }}</a>{% endmacro %}'


def write_built_in(folder: Path, templates: Mapping[str, Mapping[str, str]] | None = None) -> Path:
    """``templates``: by name, the files of each."""
    (folder / "base.html").write_text(BASE)
    (folder / "parts.html").write_text(PARTS)
    for name, files in (templates or {}).items():
        (folder / name).mkdir()
        for file, text in files.items():
            (folder / name / file).write_text(text, encoding="utf-8")
    return folder
