"""The text of a mail that was written as HTML alone: read by a library, set in lines here."""

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

_SKIPPED = frozenset({"head", "script", "style", "title", "template", "noscript", "#comment", "!doctype"})
_PARAGRAPHS = frozenset(
    {
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "blockquote",
        "pre",
        "table",
        "hr",
        "dl",
        "figure",
        "section",
        "article",
    }
)
_LINES = frozenset(
    {"div", "tr", "li", "dt", "dd", "header", "footer", "main", "nav", "aside", "center", "caption", "address"}
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_LINKED = ("http://", "https://", "mailto:", "tel:")
_LONGEST_LINE = 900

# Where a line or a paragraph must end, once, however many elements end there.
_LINE, _PARAGRAPH = "\x01", "\x02"
_SPACE_AROUND: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(_PARAGRAPHS, (_PARAGRAPH, _PARAGRAPH)),
    **dict.fromkeys(_LINES, (_LINE, _LINE)),
    **dict.fromkeys(("td", "th"), (" ", " ")),
    "br": ("\n", ""),
    "hr": (f"{_PARAGRAPH}---{_PARAGRAPH}", ""),
}
# What is kept of preformatted text.
_KEPT_SPACE, _KEPT_LINE = "\x03", "\x04"
_BREAKS = re.compile(r"[ \n]*[\x01\x02][ \n\x01\x02]*")
_AROUND_LINES = re.compile(r" *\n *")
# Among them what mails put behind their preheader to fill it up.
_SPACES = re.compile(r"[\s\x00-\x1f\u00ad\u034f\u200b-\u200d\ufeff]+")
_KEPT = str.maketrans(
    {" ": _KEPT_SPACE, "\n": _KEPT_LINE, "\t": _KEPT_SPACE * 4} | dict.fromkeys("\x01\x02\x03\x04", "")
)
_SHOWN = str.maketrans({_KEPT_SPACE: " ", _KEPT_LINE: "\n"})


def text_of(html: str) -> str:
    """Links are kept as ``text (url)``; a table that makes the layout leaves no trace."""
    text = _BREAKS.sub(_break, "".join(_pieces(html)))
    text = _AROUND_LINES.sub("\n", re.sub(" {2,}", " ", text)).strip().translate(_SHOWN)
    return "\n".join(_short_lines(line) for line in text.split("\n"))


def _pieces(html: str) -> Iterator[str]:
    from justhtml import JustHTML  # noqa: PLC0415 - larger than all the rest, and few mails need it

    # What is still to be said: elements, each with whether it is preformatted, and the texts behind them.
    waiting: list[tuple[Any, bool]] = [(JustHTML(html, sanitize=False).root, False)]
    while waiting:
        node, as_it_is = waiting.pop()
        if isinstance(node, str):
            yield node
        elif node.name == "#text":
            yield node.data.translate(_KEPT) if as_it_is else _SPACES.sub(" ", node.data)
        elif node.name not in _SKIPPED and not _is_hidden(node.attrs or {}):
            before, behind = _around(node, node.attrs or {})
            yield before
            waiting.append((behind, False))
            waiting.extend((child, as_it_is or node.name == "pre") for child in reversed(node.children or ()))


def _is_hidden(attributes: Mapping[str, str | None]) -> bool:
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style") or ""))


def _around(node: Any, attributes: Mapping[str, str | None]) -> tuple[str, str]:  # noqa: ANN401 - any of the library's
    match node.name:
        case "a":
            return "", _link(_SPACES.sub(" ", node.to_text()).strip(), attributes.get("href") or "")
        case "img":
            return _SPACES.sub(" ", attributes.get("alt") or ""), ""
        case "li":
            return f"{_LINE}- ", _LINE
    return _SPACE_AROUND.get(node.name, ("", ""))


def _link(shown: str, address: str) -> str:
    if not shown or not address.startswith(_LINKED) or shown in {address, address.partition(":")[2]}:
        return ""
    return f" ({_SPACES.sub('', address)})"


def _break(run: re.Match[str]) -> str:
    return "\n\n" if _PARAGRAPH in run[0] or run[0].count("\n") > 1 else "\n"


def _short_lines(line: str) -> str:
    if len(line) <= _LONGEST_LINE:
        return line.rstrip()
    return "\n".join(textwrap.wrap(line, _LONGEST_LINE, break_on_hyphens=False))
