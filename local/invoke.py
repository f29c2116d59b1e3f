"""``make invoke-<function>``: runs a function of the local stack on its event, without Docker.

One that is called for several kinds of work has an event of each: ``make invoke-fan_out.digest``.
"""

import os
import sys

from local import running
from local.deployment import STACK_NAME
from local.place import ROOT, TOOLS, aws_environment

_WRITTEN = {"oauth2": "OAuth2"}


def main(name: str) -> None:
    found = running.recall()
    if found is None:
        sys.exit("The local stack is not running; start it with: make local")
    event = ROOT / "events" / f"{name}.json"
    if not event.exists():
        sys.exit(f"There is no event for a function of that name: {name}")
    sam = str(TOOLS / "sam")
    command = [sam, "remote", "invoke", resource_of(name), "--stack-name", STACK_NAME, "--event-file", str(event)]
    os.execve(sam, command, aws_environment(found.place))  # noqa: S606 - no shell is wanted


def resource_of(name: str) -> str:
    function, _, _ = name.partition(".")
    return "".join(_WRITTEN.get(part, part.capitalize()) for part in function.split("_")) + "Function"


if __name__ == "__main__":
    main(sys.argv[1])
