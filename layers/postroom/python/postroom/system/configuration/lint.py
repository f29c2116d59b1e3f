"""What breaks in mails that are made from what is live of a tenant's template."""

from collections.abc import Sequence
from dataclasses import dataclass

from postroom.errors import Invalid, NotFound
from postroom.templates.own.model import Template
from postroom.templates.own.preview import PreviewTemplate
from postroom.templates.ports import BuiltInTemplates
from postroom.templates.remarks import Level

_OF_THE_DATA = frozenset({"undefined_variable", "body_missing"})
"""Without the data of a real mail these say nothing of the template."""


@dataclass(frozen=True, slots=True)
class LintPublished:
    preview: PreviewTemplate
    built_in: BuiltInTemplates

    def __call__(self, tenant_id: str, template: Template) -> Sequence[str]:
        """With the sample data of the built-in mail that it stands in for; else with the names of its variables."""
        live = template.variant.live
        if live is None:
            return ()
        data = self.built_in.sample(template.variant.name) or {}
        try:
            shown = self.preview.of_version(tenant_id, template.id, live, data)
        except NotFound:
            return ()  # Deleted meanwhile.
        except Invalid as error:
            # What stands for a variable may be a text where a number is needed.
            return [fault.message for fault in error.errors] if data else ()
        errors = (remark for remark in shown.warnings if remark.level is Level.ERROR)
        return [remark.message for remark in errors if remark.code not in _OF_THE_DATA]
