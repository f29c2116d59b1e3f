"""A real browser, Chromium, told by its own protocol over two pipes: no driver and no library beside it.

https://chromedevtools.github.io/devtools-protocol/: JSON, with a null byte behind each message. Pages run no script:
what is done to them is done by keys and clicks, as a person does it.
"""

import base64
import fcntl
import itertools
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.pictures import CHROMIUM, QUIETLY

_PATIENCE_SECONDS = 60
_NOWHERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
_HEIGHT = 740
_LEAST_OF_COMPUTERS = 600
_HIGH = 10
"""Above the descriptors that the browser expects."""


def chromium() -> str | None:
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


class Browser:
    def __init__(self, say: int, hear: int) -> None:
        self._say, self._hear = say, hear
        self._numbers = itertools.count(1)
        self._rest = b""
        self._events: list[dict[str, Any]] = []
        self._session = ""

    def open_tab(self, width: int, *, scheme: str = "light", scripts: bool = False) -> None:
        """As wide as this. One that is narrower than 600 is a phone's."""
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "DOM", "Runtime", "Network"):
            self._ask(f"{domain}.enable")
        self._ask("Emulation.setScriptExecutionDisabled", value=not scripts)
        size = {"width": width, "height": _HEIGHT, "deviceScaleFactor": 1, "mobile": width < _LEAST_OF_COMPUTERS}
        self._ask("Emulation.setDeviceMetricsOverride", **size)
        self._ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def go(self, url: str) -> None:
        self._events.clear()
        self._ask("Page.navigate", url=url)
        self._until("Page.loadEventFired")

    def choose(self, selector: str, typed: str) -> None:
        """In a list, by its first letters; in a field, by writing into it."""
        self._ask("DOM.focus", nodeId=self._node(selector))
        for letter in typed:
            self._ask("Input.dispatchKeyEvent", type="keyDown", text=letter, key=letter, unmodifiedText=letter)
            self._ask("Input.dispatchKeyEvent", type="keyUp", key=letter)

    def click(self, selector: str) -> None:
        """And wait for the page that comes."""
        node = self._node(selector)
        self._ask("DOM.scrollIntoViewIfNeeded", nodeId=node)
        corners = self._ask("DOM.getBoxModel", nodeId=node)["model"]["content"]
        x, y = sum(corners[::2]) / 4, sum(corners[1::2]) / 4
        self._events.clear()
        for kind in ("mousePressed", "mouseReleased"):
            self._ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self._until("Page.loadEventFired")

    def value(self, expression: str) -> Any:  # noqa: ANN401 - whatever it is
        """Of a look at the page from outside, which works where its own scripts do not."""
        return self._ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def chosen(self, selector: str) -> str:
        return str(self.value(f"document.querySelector({json.dumps(selector)}).value"))

    @property
    def text(self) -> str:
        return str(self.value("document.body.innerText"))

    @property
    def url(self) -> str:
        return str(self.value("location.href"))

    @property
    def width(self) -> int:
        """Of all that there is, also where one would have to scroll sideways."""
        return int(self._ask("Page.getLayoutMetrics")["cssContentSize"]["width"])

    def picture(self, target: Path) -> Path:
        size = self._ask("Page.getLayoutMetrics")["cssContentSize"]
        clip = {**size, "scale": 1}
        data = self._ask("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)["data"]
        target.write_bytes(base64.b64decode(data))
        return target

    def _node(self, selector: str) -> int:
        root = self._ask("DOM.getDocument")["root"]["nodeId"]
        node = int(self._ask("DOM.querySelector", nodeId=root, selector=selector)["nodeId"])
        assert node, f"There is no {selector} on this page"
        return node

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:  # noqa: ANN401 - as the protocol has it
        number = next(self._numbers)
        session = {"sessionId": self._session} if self._session and not method.startswith("Target.") else {}
        message = {"id": number, "method": method, "params": params, **session}
        os.write(self._say, json.dumps(message).encode() + b"\0")
        while True:
            heard = self._next()
            if heard.get("id") == number:
                assert "error" not in heard, f"{method}: {heard['error']}"
                return dict(heard["result"])
            self._events.append(heard)

    def _until(self, event: str) -> None:
        while not any(heard.get("method") == event for heard in self._events):
            self._events.append(self._next())

    def _next(self) -> dict[str, Any]:
        ends = time.monotonic() + _PATIENCE_SECONDS
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._hear], [], [], max(0, ends - time.monotonic()))
            assert ready, "The browser says nothing"
            more = os.read(self._hear, 1 << 16)
            assert more, "The browser has ended"
            self._rest += more
        message, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(message))


@contextmanager
def running_browser(folder: Path) -> Iterator[Browser]:
    """It reads what it is told from its descriptor 3, and answers on 4."""
    program = chromium()
    assert program is not None
    (hers_in, say), (hear, hers_out) = _pipe(), _pipe()
    how = (_NOWHERE, "--lang=en-US", f"--user-data-dir={folder}/profile", "--remote-debugging-pipe")
    wired = f'exec 3<&{hers_in} 4>&{hers_out}; exec "$@"'
    process = subprocess.Popen(
        ["/bin/bash", "-c", wired, "browser", program, *QUIETLY, *how],
        pass_fds=(hers_in, hers_out),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(hers_in)
    os.close(hers_out)
    try:
        yield Browser(say, hear)
    finally:
        os.close(say)
        os.close(hear)
        process.terminate()
        process.wait(_PATIENCE_SECONDS)


def _pipe() -> tuple[int, int]:
    low = os.pipe()
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _HIGH) for end in low]
    for end in low:
        os.close(end)
    return high[0], high[1]
