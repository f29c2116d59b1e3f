"""A mail's HTML as tests read it: what it consists of, and what is seen of it."""

import re
from html.parser import HTMLParser

from css_inline import CSSInliner

VOID = {"meta", "img", "br"}


class Elements(HTMLParser):
    """What a mail consists of: ``marks`` are its tags with the names of their attributes, ``texts`` what is between."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.marks: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.marks.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def values(self, *names: str) -> list[str]:
        return [value for name, value in self.attributes if name in names]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


class Seen(HTMLParser):
    """What a reader sees: each text's contrast with what is behind it, and its size."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.contrasts: list[tuple[str, float]] = []
        self.sizes: list[int] = []
        self.grounds: set[str] = set()
        self.styles: list[dict[str, str]] = [{"color": "#000000", "background-color": "#ffffff", "font-size": "16px"}]
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        own = dict(re.findall(r"([a-z-]+):\s*([^;!]+)", dict(attrs).get("style") or ""))
        hidden = {"display": "none"} if tag in {"style", "title"} else {}
        kept = {key: value for key, value in self.styles[-1].items() if key != "display" or value == "none"}
        self.styles.append(kept | {key: value.strip() for key, value in own.items()} | hidden)

    def handle_endtag(self, tag: str) -> None:
        self.styles.pop()

    def handle_data(self, data: str) -> None:
        style = self.styles[-1]
        if data.strip() and style.get("display") != "none":
            self.contrasts.append((data, contrast(style["color"], style["background-color"])))
            self.sizes.append(int(style["font-size"].removesuffix("px")))
            self.grounds.add(style["background-color"])


def in_the_dark(html: str) -> str:
    """With the rules for the dark in force everywhere."""
    return CSSInliner(load_remote_stylesheets=False).inline(
        re.sub(r"(?s)@media \(prefers-color-scheme: dark\)\s*\{((?:[^{}]*\{[^{}]*\})*)\s*\}", r"\1", html)
    )


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative, by WCAG 2.1."""
    shares = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
