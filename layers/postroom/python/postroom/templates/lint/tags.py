"""Judges elements and their attributes."""

from dataclasses import dataclass

from postroom.templates.lint import gaps_of_elements as gaps
from postroom.templates.lint.addresses import judge_image, judge_link
from postroom.templates.lint.markup import Element
from postroom.templates.lint.tally import Audience, Tally, shortened
from postroom.templates.remarks import Level

_ALT = "https://www.w3.org/TR/2012/NOTE-WCAG20-TECHS-20120103/F38"


@dataclass(frozen=True, slots=True)
class Tags:
    tally: Tally

    def judge(self, element: Element) -> None:
        audience = Audience(word=element.word)
        if gap := gaps.ELEMENTS.get(element.tag):
            self.tally.add_gap(gap, f"<{element.tag}>", element.line, audience)
        if element.tag in gaps.SCRIPTS:
            what = f"<{element.tag}> is removed by Gmail, Outlook and the others"
            remedy = "Link to a page that has it"
            self.tally.add("html_active", Level.ERROR, what, remedy, line=element.line)
        if not element.closed:
            what = f"The tag <{shortened(element.tag)} never ends: all that follows is lost"
            self.tally.add("html_open_tag", Level.ERROR, what, "Close its quotes and brackets", line=element.line)
        self._judge_attributes(element, audience)
        self._judge_addresses(element, audience)

    def _judge_attributes(self, element: Element, audience: Audience) -> None:
        for name in element.attributes:
            if gap := gaps.ATTRIBUTES.get(name):
                self.tally.add_gap(gap, f"The attribute {name}", element.line, audience)
        if "background" in element.attributes and element.tag != "body":
            self.tally.add_gap(gaps.BACKGROUND, "The attribute background", element.line, audience)
        if element.tag == "link" and "stylesheet" in element.attributes.get("rel", "").lower():
            self.tally.add_gap(gaps.STYLESHEET, "<link rel=stylesheet>", element.line, audience)

    def _judge_addresses(self, element: Element, audience: Audience) -> None:
        attributes = element.attributes
        if element.tag in {"a", "area"} and "href" in attributes:
            judge_link(self.tally, attributes["href"], element.line)
        if element.tag == "img":
            self._judge_alt(element)
            judge_image(self.tally, attributes.get("src", ""), element.line, audience)
        if attributes.get("background"):
            judge_image(self.tally, attributes["background"], element.line, audience)

    def _judge_alt(self, element: Element) -> None:
        if "alt" not in element.attributes:
            what = "An image has no alt text, which is all that is there while images are blocked"
            remedy = 'Say what it shows, or alt="" for a mere ornament'
            self.tally.add("image_without_alt", Level.WARNING, what, remedy, line=element.line, source=_ALT)
