"""``make invoke-<function>``: runs a function of the local stack on its event, without Docker."""

import os
import sys

from local import running
from local.deployment import STACK_NAME
from local.place import ROOT, TOOLS, aws_environment


def main(function: str) -> None:
    found = running.recall()
    if found is None:
        sys.exit("The local stack is not running; start it with: make local")
    event = ROOT / "events" / f"{function}.json"
    if not event.exists():
        sys.exit(f"There is no function of that name: {function}")
    resource = "".join(part.capitalize() for part in function.split("_")) + "Function"
    sam = str(TOOLS / "sam")
    command = [sam, "remote", "invoke", resource, "--stack-name", STACK_NAME, "--event-file", str(event)]
    os.execve(sam, command, aws_environment(found.place))  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1])
