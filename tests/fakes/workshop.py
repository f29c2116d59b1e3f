"""Fills ``{{ name }}`` in, and nothing else."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from postroom.templates.model import Branding, Rendered, Source
from postroom.templates.workshop import Fault, Part, Preview

_PLACE = re.compile(r"{{ *([\w.]+) *}}")
_PARTS: tuple[Part, ...] = ("subject", "html", "text")


class PlainWorkshop:
    """``{%`` is a fault of syntax. ``bomb`` in a part overruns a limit, ``number`` cannot be computed with a text.

    ``meanwhile`` happens once, while a template is filled in.
    """

    def __init__(self) -> None:
        self.tenants: list[str] = []
        self.meanwhile: Callable[[], object] = _nothing

    def check_syntax(self, tenant_id: str, source: Source) -> tuple[Fault, ...]:
        self.tenants.append(tenant_id)
        return tuple(
            Fault(part, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), "unexpected '%'")
            for part, text in _texts(source)
            if (at := text.find("{%")) >= 0
        )

    def preview(self, tenant_id: str, source: Source, data: Mapping[str, Any], branding: Branding) -> Preview:
        self.tenants.append(tenant_id)
        meanwhile, self.meanwhile = self.meanwhile, _nothing
        meanwhile()
        known = {**data, "brand.name": branding.name, "locale": source.locale}
        missing = tuple(
            dict.fromkeys(name for _, text in _texts(source) for name in _PLACE.findall(text) if name not in known)
        )
        faults = [Fault("", 1, 1, "The template takes too long") for _, text in _texts(source) if "bomb" in text]
        for part, text in _texts(source):
            if "number" in text and not isinstance(known.get("number"), int):
                faults.append(Fault(part, 1, 4, "This cannot be computed"))
        if faults:
            return Preview(None, missing, tuple(faults))

        def filled(text: str | None) -> str | None:
            return text and _PLACE.sub(lambda place: str(known.get(place[1], place[0])), text)

        return Preview(Rendered(filled(source.subject) or "", filled(source.html), filled(source.text)), missing)


def _nothing() -> None: ...


def _texts(source: Source) -> list[tuple[Part, str]]:
    texts = (source.subject, source.html, source.text)
    return [(part, text) for part, text in zip(_PARTS, texts, strict=True) if text is not None]
