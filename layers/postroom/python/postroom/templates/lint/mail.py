"""Looks a whole mail over, as it is sent: filled in, with its CSS inlined."""

from postroom.templates.lint import gaps_of_elements as gaps
from postroom.templates.lint.markup import Element, elements
from postroom.templates.lint.styles import Styles
from postroom.templates.lint.tags import Tags
from postroom.templates.lint.tally import Audience, Tally
from postroom.templates.remarks import Client, Level, Remark

CLIPPED_ABOVE = 102_000
"""Bytes of HTML; measured limits are a little higher, and none is documented."""
CLIPPED_SOURCE = "https://github.com/hteumeuleu/email-bugs/issues/41"

LANGUAGE_SOURCE = "https://github.com/hteumeuleu/email-guidelines"
STYLE_AT_MOST = 16 * 1024
READ_AT_MOST = 200_000
"""Characters of HTML that are looked at: what is behind is clipped anyway, and a mail may be megabytes."""

SHOWN_ON_PHONES = 78
SHOWN_AT_ALL = 150
"""Characters of a subject, by rule of thumb: nobody documents what is shown."""


def lint(subject: str, html: str | None) -> tuple[Remark, ...]:
    """Errors first, then by line. Never raises, whatever it is given; time grows with the length of the HTML alone."""
    tally = Tally()
    _judge_subject(tally, subject.strip())
    if html is not None:
        _judge_size(tally, html)
        _Body(tally).judge(html)
    return tally.warnings()


def _judge_subject(tally: Tally, subject: str) -> None:
    if not subject:
        what = "The mail has no subject"
        tally.add("subject_missing", Level.ERROR, what, "Write one: without, it looks like spam to people and filters")
    elif len(subject) > SHOWN_AT_ALL:
        what = f"The subject has {len(subject)} characters, of which inboxes show about 75"
        tally.add("subject_cut", Level.WARNING, what, "Say the same in fewer words")
    elif len(subject) > SHOWN_ON_PHONES:
        what = f"The subject has {len(subject)} characters, of which phones show about 40"
        tally.add("subject_long", Level.WARNING, what, "Begin with what matters")


def _judge_size(tally: Tally, html: str) -> None:
    size = len(html.encode(errors="surrogatepass")) + html.replace("\r\n", "").count("\n")
    if size > CLIPPED_ABOVE:
        what = f"The HTML has {size:,} bytes; Gmail clips a mail at about {CLIPPED_ABOVE:,} and hides the rest"
        remedy = "Shorten the text or the styles, or link to a page"
        tally.add("html_clipped", Level.ERROR, what, remedy, client=Client.GMAIL, source=CLIPPED_SOURCE)


class _Body:
    """One way through the mail, remembering what it has passed."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._tags = Tags(tally)
        self._styles = Styles(tally)
        self._style_size = 0
        self._in_body = False
        self._has_language = False

    def judge(self, html: str) -> None:
        for element in elements(html[:READ_AT_MOST]):
            if not element.closed and len(html) > READ_AT_MOST:
                break
            self._tags.judge(element)
            self._in_body = self._in_body or element.tag == "body"
            self._has_language = self._has_language or (element.tag == "html" and bool(_language_of(element)))
            self._styles.judge_attribute(element)
            if element.tag == "style":
                self._judge_style(element)
        if not self._has_language:
            what = "<html> has no lang, so that screen readers guess how to read it"
            remedy = 'Give the template its locale, or write <html lang="en"> or what it is'
            self._tally.add("html_without_lang", Level.WARNING, what, remedy, source=LANGUAGE_SOURCE)

    def _judge_style(self, element: Element) -> None:
        audience = Audience(word=element.word)
        if self._in_body:
            self._tally.add_gap(gaps.STYLE_IN_BODY, "<style> inside <body>", element.line, audience)
        before = self._style_size
        self._style_size += len(element.text.encode(errors="surrogatepass"))
        if before <= STYLE_AT_MOST < self._style_size:
            self._tally.add_gap(gaps.STYLE_SIZE, "More than 16 kB in <style>", element.line, audience)
        self._styles.judge_sheet(element.text, element.line, audience)


def _language_of(element: Element) -> str:
    return element.attributes.get("lang", "").strip()
