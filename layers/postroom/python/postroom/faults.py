"""A fault as fields of a log line: what was raised and where, never its message, which may quote a body or a secret."""

import traceback
from pathlib import PurePath


def described(error: BaseException) -> dict[str, object]:
    return {"fault": kinds(error), "where": where(error)}


def kind(error: BaseException) -> str:
    """In one word: what a service of AWS calls it, or the type of the error that it all came from."""
    root = _chain(error)[-1]
    code = (getattr(root, "response", None) or {}).get("Error", {}).get("Code")
    return str(code or type(root).__name__)


def kinds(error: BaseException) -> list[str]:
    """The types of the error and of what it came from."""
    return [type(link).__name__ for link in _chain(error)]


def where(error: BaseException) -> list[str]:
    """The calls that led to its root, outermost first."""
    root = _chain(error)[-1]
    stack = traceback.StackSummary.extract(traceback.walk_tb(root.__traceback__), lookup_lines=False)
    return [f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in stack]


def _chain(error: BaseException) -> list[BaseException]:
    links = [error]
    while (cause := links[-1].__cause__ or links[-1].__context__) and cause not in links:
        links.append(cause)
    return links
