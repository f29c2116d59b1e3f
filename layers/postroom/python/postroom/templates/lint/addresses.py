"""Judges where links lead and images come from."""

import re
from urllib.parse import urlsplit

from postroom.templates.lint.gaps_of_elements import EMBEDDED_IMAGE, IMAGES
from postroom.templates.lint.tally import Audience, Tally
from postroom.templates.remarks import Level

_IGNORED = re.compile(r"[\t\n\r]|^[\x00-\x20]+|[\x00-\x20]+$")
"""What URL parsers leave out before they look (WHATWG URL, basic URL parser)."""
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*+):", re.IGNORECASE)
_DEAD = frozenset({"about", "blob", "cid", "data", "file", "javascript", "vbscript"})
_IMAGES_SHOW = frozenset({"https", "http", "cid"})
_UNFILLED = "{{"
"""Stands in a preview for what the sample data lacks, which is told elsewhere."""
_RELATIVE = "is relative to the page it is on, and a mail is on none"
_WHOLE = "Write the whole address, from https: on"


def judge_link(tally: Tally, address: str, line: int) -> None:
    plain = _IGNORED.sub("", address)
    scheme = _scheme_of(plain)
    if plain.startswith(_UNFILLED):
        return
    if plain in {"", "#"}:
        tally.add("link_empty", Level.ERROR, "A link leads nowhere", "Give it an address", line=line)
    elif plain.startswith("#"):
        return
    elif not scheme:
        tally.add("link_relative", Level.ERROR, f"A link {_RELATIVE}", _WHOLE, line=line, example=plain)
    elif scheme in _DEAD:
        what, remedy = f"A link with {scheme}: does not work in a mail", "Link to a page with https:"
        tally.add("link_dead", Level.ERROR, what, remedy, line=line)
    elif scheme == "http":
        what = "A link with http: can be read and changed on its way"
        tally.add("link_insecure", Level.WARNING, what, "Use https:", line=line)


def judge_image(tally: Tally, address: str, line: int, audience: Audience) -> None:
    plain = _IGNORED.sub("", address)
    scheme = _scheme_of(plain)
    if plain.startswith(_UNFILLED):
        return
    if scheme == "data":
        tally.add_gap(EMBEDDED_IMAGE, "An image inside the HTML (data:)", line, audience)
    elif not plain:
        tally.add("image_empty", Level.ERROR, "An image has no address", _WHOLE, line=line)
    elif not scheme:
        tally.add("image_relative", Level.ERROR, f"An image {_RELATIVE}", _WHOLE, line=line, example=plain)
    elif scheme not in _IMAGES_SHOW:
        what, remedy = "An image that does not come by https: is not shown", "Link to an image with https:"
        tally.add("image_dead", Level.ERROR, what, remedy, line=line, example=plain)
    else:
        if scheme == "http":
            what = "An image with http: can be seen and changed on its way"
            tally.add("image_insecure", Level.WARNING, what, "Use https:", line=line)
        _judge_kind(tally, plain, line, audience)


def _judge_kind(tally: Tally, address: str, line: int, audience: Audience) -> None:
    ending = _path_of(address).rpartition(".")[2].lower()
    if gap := IMAGES.get(ending):
        tally.add_gap(gap, f"An image in {ending.upper()}", line, audience)


def _path_of(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


def _scheme_of(address: str) -> str:
    found = _SCHEME.match(address)
    return found.group(1).lower() if found else ""
