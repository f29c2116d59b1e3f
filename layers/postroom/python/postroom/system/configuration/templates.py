"""What may be wrong with a tenant's templates."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from postroom.system.configuration.model import Area, Check, Finding, warning
from postroom.templates.own.model import Template


@dataclass(frozen=True, slots=True)
class Templates:
    """``broken``: of those whose live version was looked over, what breaks in mails made from it, by id."""

    templates: tuple[Template, ...]
    built_in: Collection[str]
    broken: Mapping[str, Sequence[str]]


def never_published(templates: Templates) -> Iterator[Finding]:
    """Who only drafts a name of their own knows that it is a draft."""
    for template in templates.templates:
        if template.variant.live is None and template.variant.name in templates.built_in:
            found = "stands in for a built-in mail, but was never published: the built-in one is sent"
            yield warning(_name(template), found, f"Publish it: POST /v1/templates/{template.id}/publish")


def breaks(templates: Templates) -> Iterator[Finding]:
    for template in templates.templates:
        remarks = templates.broken.get(template.id, ())
        if remarks:
            more = f", and {len(remarks) - 1} more" if len(remarks) > 1 else ""
            yield warning(_name(template), f"{remarks[0]}{more}", "Preview it, mend its draft, and publish that")


CHECKS: tuple[Check[Templates], ...] = (
    Check("templates_published", Area.TEMPLATES, "All that stand in for built-in mails are published", never_published),
    Check("templates_lint", Area.TEMPLATES, "Nothing breaks in those that are published", breaks),
)


def _name(template: Template) -> str:
    variant = template.variant
    return " ".join(filter(None, (variant.name, variant.locale, variant.user_type)))
