"""Judges CSS where it stands: in style attributes, and in style sheets with their selectors and at-rules."""

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise

from postroom.templates.lint import gaps_of_selectors as selectors
from postroom.templates.lint import gaps_of_values as values
from postroom.templates.lint.addresses import judge_image
from postroom.templates.lint.css import AtRule, Declaration, Fault, Item, StyleRule, declarations, rules
from postroom.templates.lint.declarations import judged
from postroom.templates.lint.gaps_of_word import ON_ELEMENTS
from postroom.templates.lint.markup import Element
from postroom.templates.lint.tally import NOBODY, Audience, Tally, shortened
from postroom.templates.remarks import Client, Level

_UPPER_CASE_IMPORTANT = re.compile(r"!\s*+(?!important\b)(?i:important)\b")
_OF_FRAMES = frozenset({"margin", "max-width", "width"})
_SIDED = re.compile(r"(border|margin|padding)(-(top|right|bottom|left))?(-width)?")
_RULES_OF_GMAIL = "https://www.emailonacid.com/blog/article/email-development/"
_ERRORS = f"{_RULES_OF_GMAIL}12_things_you_must_know_when_developing_for_gmail_and_gmail_mobile_apps"
_NESTED_AT = "https://github.com/hteumeuleu/caniemail/issues/144"


@dataclass(slots=True)
class Styles:
    tally: Tally
    _read: dict[str, tuple[Item, ...]] = field(default_factory=dict)
    """An inlined mail says the same again and again."""
    _cell_pads: bool = False
    """The last table cell has a padding for Word alone, which stands for that of the link in it."""

    def judge_attribute(self, element: Element) -> None:
        style = element.attributes.get("style", "")
        if element.tag in {"td", "th"}:
            self._cell_pads = "mso-padding-alt" in style
        if not style:
            return
        if style not in self._read:
            self._read[style] = declarations(style)
        audience = _shown_to(Audience(word=element.word), self._read[style], element.tag)
        self._judge_upper_case(style, element.line, audience)
        for item in self._read[style]:
            if isinstance(item, Declaration):
                self._judge_declaration(item, element.line, audience)
                self._judge_on_element(element, item, audience)
            elif isinstance(item, Fault):
                what = "A style attribute is not CSS throughout, and what cannot be read is ignored"
                self.tally.add("css_unreadable", Level.WARNING, what, "Mend it", line=element.line)

    def judge_sheet(self, sheet: str, line: int, audience: Audience) -> None:
        """``line`` is where the sheet begins."""
        self._judge_upper_case(sheet, line, audience)
        for item in rules(sheet):
            self._judge_item(item, line - 1, audience, ())

    def _judge_item(self, item: Item, above: int, audience: Audience, within: tuple[str, ...]) -> None:
        """``above`` are the lines of the mail before its sheet; ``within`` names the rules that it stands in."""
        line = above + item.line
        if isinstance(item, Declaration):
            self._judge_declaration(item, line, audience)
            if item.tight_important:
                self.tally.add_gap(values.TIGHT_IMPORTANT, "!important without a space before it", line, audience)
        elif isinstance(item, Fault):
            self._tell_gmail("css_error", "A <style> has an error, for which Gmail drops all of it", line, _ERRORS)
        elif isinstance(item, StyleRule):
            self._judge_selector(item, line, audience, within)
            shown_to = _shown_to(audience, item.content)
            for inside in item.content:
                self._judge_item(inside, above, shown_to, (*within, "rule"))
        else:
            self._judge_at_rule(item, above, audience, within)

    def _tell_gmail(self, code: str, what: str, line: int, source: str) -> None:
        self.tally.add(code, Level.WARNING, what, "Mend it", line=line, client=Client.GMAIL, source=source)

    def _judge_at_rule(self, rule: AtRule, above: int, audience: Audience, within: tuple[str, ...]) -> None:
        line = above + rule.line
        if any(name.startswith("@") for name in within):
            what = "An @ rule inside another one makes Gmail drop the whole <style>"
            self._tell_gmail("css_nested_at_rule", what, line, _NESTED_AT)
        if rule.name == "media":
            audience = self._judge_media(rule, line, audience)
        elif gap := selectors.AT_RULES.get(rule.name):
            self.tally.add_gap(gap, f"@{rule.name}", line, audience)
            audience = NOBODY
        for inside in () if rule.name == "font-face" else rule.content:
            self._judge_item(inside, above, audience, (*within, f"@{rule.name}"))

    def _judge_media(self, rule: AtRule, line: int, audience: Audience) -> Audience:
        """Gives back whom its content still reaches."""
        features = [(word, selectors.MEDIA_FEATURES[word]) for word in rule.words if word in selectors.MEDIA_FEATURES]
        for word, gap in features:
            self.tally.add_gap(gap, f"@media ({word})", line, audience)
        if not features:
            self.tally.add_gap(selectors.MEDIA, "@media", line, audience)
        reaches = all(lacking.client is not Client.GMAIL for _, gap in features for lacking in gap.lacking)
        return replace(audience, word=False, gmail=audience.gmail and reaches)

    def _judge_selector(self, rule: StyleRule, line: int, audience: Audience, within: tuple[str, ...]) -> None:
        if "rule" in within:
            self.tally.add_gap(selectors.NESTED, "A rule inside a rule", line, audience)
        parts = rule.selector
        if any(part.startswith(selectors.OF_OUTLOOK_COM) for part in parts):
            return
        for part in parts:
            if gap := selectors.PSEUDO.get(part) or selectors.COMBINATORS.get(part):
                self.tally.add_gap(gap, f"The selector {part}", line, audience)
            if part.startswith("["):
                self.tally.add_gap(selectors.ATTRIBUTE, f"The selector {shortened(part)}", line, audience)
        if any(before.startswith(".") and part.startswith(".") for before, part in pairwise(parts)):
            self.tally.add_gap(selectors.CHAINED, "A selector of two classes", line, audience)

    def _judge_upper_case(self, text: str, line: int, audience: Audience) -> None:
        if _UPPER_CASE_IMPORTANT.search(text):
            self.tally.add_gap(values.UPPER_CASE_IMPORTANT, "!IMPORTANT", line, audience)

    def _judge_declaration(self, declaration: Declaration, line: int, audience: Audience) -> None:
        for thing, gap in judged(declaration):
            self.tally.add_gap(gap, thing, line, audience)
        for address in declaration.addresses:
            judge_image(self.tally, address, line, audience)

    def _judge_on_element(self, element: Element, declaration: Declaration, audience: Audience) -> None:
        if declaration.important:
            self.tally.add_gap(values.INLINE_IMPORTANT, "!important in a style attribute", element.line, audience)
        sided = _SIDED.fullmatch(declaration.name)
        property_name = sided[1] if sided else declaration.name
        for name, gap, fails in ON_ELEMENTS:
            if name != property_name or self._is_given_otherwise(name, element):
                continue
            if fails(element.tag, element.attributes, declaration):
                thing = f"{name}: auto" if "auto" in declaration.words else name
                self.tally.add_gap(gap, f"{thing} on <{shortened(element.tag)}>", element.line, audience)

    def _is_given_otherwise(self, name: str, element: Element) -> bool:
        """Word has it from what is written for Word."""
        return (name == "padding" and self._cell_pads) or (name in _OF_FRAMES and element.framed)


def _shown_to(audience: Audience, items: tuple[Item, ...], tag: str = "") -> Audience:
    """Who of the audience sees what is so styled: what is hidden may be styled as it likes."""
    said = {item.name: item.words for item in items if isinstance(item, Declaration)}
    if "none" in said.get("display", ()) and tag != "img":
        return NOBODY
    return replace(audience, word=audience.word and "all" not in said.get("mso-hide", ()))
