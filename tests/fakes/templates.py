"""Templates whose places are filled by ``str.format``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from postroom.errors import Unavailable, Unsendable
from postroom.templates.model import Chosen, Filling, Reference, Rendered, Source, Wanted


@dataclass
class PlainTemplates:
    """By name. ``down``: they cannot be read now. ``template_id``: None when they are ours."""

    sources: dict[str, Source] = field(default_factory=dict)
    down: bool = False
    template_id: str | None = "tpl_1"

    def serve(self, _: str, wanted: Iterable[Wanted]) -> Mapping[Wanted, Chosen | str]:
        return {one: self._chosen(one) for one in wanted}

    def _chosen(self, wanted: Wanted) -> Chosen | str:
        source = self.sources.get(wanted.name_or_id)
        if source is None:
            return "There is no such template"
        return Chosen(Reference(wanted.name_or_id, self.template_id, 3 if self.template_id else None), source.subject)

    def fill_in(self, _: str, reference: Reference, filling: Filling) -> Rendered:
        if self.down:
            raise Unavailable
        source = self.sources[reference.name]
        try:
            parts = [part and part.format(**filling.data) for part in (source.subject, source.html, source.text)]
        except KeyError as missing:
            raise Unsendable(f"The template's variable {missing} is missing") from missing
        subject, html, text = parts
        return Rendered(subject or "", html, text)
