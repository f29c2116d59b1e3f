"""The API, spoken to: answers are documents, what is not one is an error with its exit status."""

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from postroom_cli.document import Document
from postroom_cli.errors import CliError, FieldError, Refused, Unreachable
from postroom_cli.exchange import Answer, Call, Lost

_PAGE = 100
_EXCERPT = 200

Query = Mapping[str, str | int | None]
Ask = Callable[[Call], tuple[Answer, bool]]


class Client:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def get(self, path: str, query: Query | None = None) -> Document:
        return self._document(Call("GET", path, _given(query)))

    def put(self, path: str, body: Mapping[str, object]) -> Document:
        return self._document(Call("PUT", path, body=body))

    def post(self, path: str, body: Mapping[str, object] | None = None) -> Document:
        """What is the same when it is done twice, such as a pause."""
        return self._document(Call("POST", path, body=body or {}, harmless_twice=True))

    def post_once(self, path: str, query: Query | None = None) -> Document:
        """What is not: made again only when it cannot have arrived."""
        return self._document(Call("POST", path, _given(query), {}))

    def create(self, path: str, body: Mapping[str, object], key: str | None = None, having: str = "id") -> Document:
        """With an Idempotency-Key that all tries share; ``key`` when the caller has one.

        ``having`` is a field that the answer has: what is made has an id.
        """
        call = _keyed(path, body, key)
        answer = self._successful(call)
        made = _object(answer)
        if made is None or not made.values.get(having):
            raise _not_postroom(call, answer)
        return made

    def delete(self, path: str, query: Query | None = None) -> None:
        """What an earlier try has deleted already, its answer lost, is deleted."""
        call = Call("DELETE", path, _given(query))
        answer, perhaps_done = self._answer(call)
        if not (perhaps_done and answer.status == HTTPStatus.NOT_FOUND):
            _checked(answer)

    def page(self, path: str, query: Query | None = None) -> tuple[list[Document], str | None]:
        """One page and the cursor of the next."""
        found = self.get(path, query)
        return found.parts("items"), found.text("next_cursor") or None

    def each(self, path: str, query: Query | None = None) -> Iterator[Document]:
        """All pages, as they are needed."""
        cursor: str | None = None
        while True:
            items, following = self.page(path, {"limit": _PAGE, **(query or {}), "cursor": cursor})
            yield from items
            if following is None or following == cursor:
                return
            cursor = following

    def first(self, path: str, count: int, query: Query | None = None) -> tuple[list[Document], str | None]:
        """The first ``count`` and the cursor of what follows them, None at the end."""
        items: list[Document] = []
        cursor: str | None = None
        while len(items) < count:
            asked = {"limit": min(_PAGE, count - len(items)), **(query or {}), "cursor": cursor}
            found, following = self.page(path, asked)
            items += found
            if following is None or following == cursor:
                return items, None
            cursor = following
        return items, cursor

    def answer(self, call: Call) -> Answer:
        """As it is, whatever its status. Raises Unreachable when there is none."""
        return self._answer(call)[0]

    def _document(self, call: Call) -> Document:
        answer = self._successful(call)
        if answer.status == HTTPStatus.NO_CONTENT:
            return Document({})
        found = _object(answer)
        if found is None:
            raise _not_postroom(call, answer)
        return found

    def _successful(self, call: Call) -> Answer:
        answer = self.answer(call)
        _checked(answer)
        return answer

    def _answer(self, call: Call) -> tuple[Answer, bool]:
        try:
            return self._ask(call)
        except Lost as lost:
            raise _told(call, lost) from lost


def _keyed(path: str, body: Mapping[str, object], key: str | None = None) -> Call:
    return Call("POST", path, body=body, idempotency_key=key or secrets.token_hex(16))


def _told(call: Call, lost: Lost) -> Unreachable:
    if lost.may_have_arrived and call.method != "GET":
        doubt = "It may have been carried out all the same."
        lost.error.remedy = f"{lost.error.remedy} {doubt}".strip()
    return lost.error


def _not_postroom(call: Call, answer: Answer) -> Unreachable:
    return Unreachable(
        f"What answered {call.method} {call.path} is not Postroom: {_excerpt(answer)}", "See POSTROOM_API."
    )


def _given(query: Query | None) -> dict[str, str | int]:
    return {name: value for name, value in (query or {}).items() if value is not None}


def _checked(answer: Answer) -> None:
    """Raises what is not a success."""
    if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        raise _error(answer)


def _error(answer: Answer) -> CliError:
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        request = (_object(answer) or Document({})).text("request_id")
        found = f" (request {request})" if request else ""
        return Unreachable(f"The API is in trouble: {answer.status} {_words(answer)}{found}", "Try again later.")
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return Unreachable(f"The API asks for patience (429): {_words(answer)}", "Try again later.")
    if answer.status < HTTPStatus.BAD_REQUEST:
        return _elsewhere(answer)
    problem = _object(answer) or Document({})
    errors = tuple(FieldError(one.text("field"), one.text("message")) for one in problem.parts("errors"))
    return Refused(answer.status, problem.text("code"), _words(answer), errors)


def _elsewhere(answer: Answer) -> Unreachable:
    host = urlsplit(answer.headers.get("Location", "")).hostname or "another path"
    return Unreachable(
        f"The API sends us elsewhere ({answer.status}), to {host}, and the key is not sent there",
        "Set POSTROOM_API to where the API is.",
    )


def _words(answer: Answer) -> str:
    problem = _object(answer) or Document({})
    # API Gateway's own refusals have a message only.
    return problem.text("detail") or problem.text("title") or problem.text("message") or _excerpt(answer)


def _object(answer: Answer) -> Document | None:
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError):
        return None
    return Document(found) if isinstance(found, dict) else None


def _excerpt(answer: Answer) -> str:
    text = " ".join(answer.content[: _EXCERPT * 4].decode("utf-8", "replace").split())
    return text[:_EXCERPT] or "nothing"
