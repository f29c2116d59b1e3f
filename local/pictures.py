"""``make pictures``: the built-in mails as a phone and a computer show them, light and dark, into .local/pictures.

Frames within one page, since a window of Chromium cannot be as narrow as a phone, and since a frame prefers the
``color-scheme`` of its element.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

from local import built_in
from local.place import ROOT

FOLDER = ROOT / ".local/pictures"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
SCHEMES = ("light", "dark")
PHONE = (390, 1450)
COMPUTER = (1280, 720)
GAP = 10
NO_LOGO = "https://127.0.0.1:1/logo.png"
ARABIC = "سيتم نقل الخدمة يوم الجمعة.\n\nليلى, and this is mixed."
PALE = "#ffe08a"
SECONDS = 30
QUIETLY = ("--headless", "--no-sandbox", "--hide-scrollbars", "--disable-background-networking")
NO_NETWORK = "--host-resolver-rules=MAP * ~NOTFOUND"


@dataclass(frozen=True, slots=True)
class Picture:
    name: str
    html: str


def main() -> None:
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        print("No pictures: there is no Chromium here. Install one as any of: " + ", ".join(CHROMIUM))
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    for picture in wanted(set(sys.argv[1:])):
        print(take(chromium, picture))


def wanted(names: set[str]) -> Iterator[Picture]:
    return (picture for picture in pictures() if not names or picture.name in names)


def pictures() -> Iterator[Picture]:
    for name in built_in.names():
        yield Picture(name, built_in.fill(name, built_in.sample(name)).html)
    for title, name, changes in hard():
        yield Picture(title, built_in.fill(name, built_in.sample(name) | changes).html)
    job = built_in.fill("job_failed", built_in.sample("job_failed"), replace(built_in.BRAND, logo_url=NO_LOGO))
    yield Picture("hard-no-images", job.html)
    yield Picture("hard-no-css", re.sub(r"(?s)<style.*?</style>|(style|class|bgcolor)=\"[^\"]*\"", "", job.html))
    digest = built_in.fill("digest", built_in.sample("digest"), replace(built_in.BRAND, colour=PALE))
    yield Picture("hard-pale-brand", digest.html)


def hard() -> Iterable[tuple[str, str, dict[str, Any]]]:
    """What may break a layout: a name for the file, the mail, what is other than in its sample."""
    word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
    error = "\n".join(f"{n}: " + "x" * (n * 7 % 400) + " /a/path/that/goes/on" * (n % 9) for n in range(90))
    job = built_in.sample("job_failed")["job"] | {"name": word[:200], "error": error[:5000]}
    link = "https://app.example.com/" + "abcdefghij" * 60
    yield "hard-long-error", "job_failed", {"job": job}
    yield "hard-long-name", "user_invitation", {"inviter_name": word[:200], "user_type": word[:80]}
    yield "hard-long-link", "password_reset", {"link": link, "name": word}
    yield "hard-right-to-left", "notification", {"title": "تحديث الخدمة", "name": "ليلى", "message": ARABIC}


def take(chromium: str, picture: Picture) -> Path:
    target = FOLDER / f"{picture.name}.png"
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(sheet(picture.html))
        command = [chromium, *QUIETLY, NO_NETWORK, f"--user-data-dir={folder}/profile"]
        size = f"--window-size={2 * (PHONE[0] + GAP) + COMPUTER[0]},{PHONE[1]}"
        subprocess.run(
            [*command, size, f"--screenshot={target}", page.as_uri()], check=True, capture_output=True, timeout=SECONDS
        )
    return target


def sheet(html: str) -> str:
    """Phones side by side at the left, computers below each other at the right."""
    phones = "".join(frame(html, scheme, PHONE) for scheme in SCHEMES)
    computers = "".join(frame(html, scheme, COMPUTER) for scheme in SCHEMES)
    return f"""<!DOCTYPE html><meta charset="utf-8"><style>
        body {{ margin: 0; display: flex; gap: {GAP}px; background: #888 }} iframe {{ border: 0 }}
        div {{ display: flex; flex-direction: column; gap: {GAP}px }}
        </style>{phones}<div>{computers}</div>"""


def frame(html: str, scheme: str, size: tuple[int, int]) -> str:
    width, height = size
    ground = "#fff" if scheme == "light" else "#000"
    return (
        f'<iframe width="{width}" height="{height}" style="color-scheme: {scheme}; background: {ground}"'
        f' srcdoc="{escape(html)}"></iframe>'
    )


if __name__ == "__main__":
    main()
