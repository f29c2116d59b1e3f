"""What breaks in mails made from a tenant's published template."""

from collections.abc import Mapping
from typing import Any

from postroom.errors import FieldError, Invalid, NotFound
from postroom.system.configuration.lint import LintPublished
from postroom.templates.model import Rendered
from postroom.templates.own.model import Variant
from postroom.templates.own.preview import Shown
from postroom.templates.remarks import Level, Remark
from tests.builders import a_template

WELCOME = a_template(variant=Variant("welcome", template_id="tpl_1", live=2))
OWN = a_template(variant=Variant("newsletter", template_id="tpl_1", live=2))


class FakePreview:
    def __init__(self, *remarks: Remark, raises: Exception | None = None) -> None:
        self.asked: list[tuple[str, str, int, Mapping[str, Any]]] = []
        self._remarks = remarks
        self._raises = raises

    def of_version(self, tenant_id: str, template_id: str, version: int, data: Mapping[str, Any]) -> Shown:
        self.asked.append((tenant_id, template_id, version, data))
        if self._raises:
            raise self._raises
        return Shown(Rendered("Hello", "<p>", "Hello"), (), self._remarks)


class Samples:
    def sample(self, name: str) -> Mapping[str, Any] | None:
        return {"name": "Ann"} if name == "welcome" else None


def lint(preview: FakePreview) -> LintPublished:
    return LintPublished(preview, Samples())  # type: ignore[arg-type]


def test_only_what_breaks_is_told_and_not_what_is_for_want_of_data() -> None:
    preview = FakePreview(
        Remark("link_dead", Level.ERROR, "A link leads nowhere"),
        Remark("undefined_variable", Level.ERROR, "The data has no name"),
        Remark("subject_long", Level.WARNING, "The subject is long"),
    )

    assert lint(preview)("ten_a", WELCOME) == ["A link leads nowhere"]
    assert preview.asked == [("ten_a", "tpl_1", 2, {"name": "Ann"})]


def test_what_cannot_be_filled_in_counts_only_with_data_that_it_was_made_for() -> None:
    fault = Invalid((FieldError("html", "line 3, column 1: no such filter"),))

    assert lint(FakePreview(raises=fault))("ten_a", WELCOME) == ["line 3, column 1: no such filter"]
    assert lint(FakePreview(raises=fault))("ten_a", OWN) == ()


def test_what_is_not_published_or_was_deleted_meanwhile_is_left_alone() -> None:
    unpublished = FakePreview()

    assert lint(unpublished)("ten_a", a_template()) == ()
    assert lint(FakePreview(raises=NotFound()))("ten_a", WELCOME) == ()
    assert unpublished.asked == []
