from collections.abc import Callable
from threading import Lock
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")


def when_used(build: Callable[[], T]) -> T:
    """Stands for what ``build`` makes, and has it made when it is first called, or asked for something of its own.

    What few events need is not paid for by every cold start: the client of S3, which is for large contents, is 40 ms of
    one, and a session half of the api function's.
    """
    return cast("T", _WhenUsed(build))


class _WhenUsed(Generic[T]):
    def __init__(self, build: Callable[[], T]) -> None:
        self._build = build
        self._lock = Lock()
        self._made: T | None = None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever it has
        return getattr(self._it(), name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever it takes
        return cast("Callable[..., Any]", self._it())(*args, **kwargs)

    def _it(self) -> T:
        with self._lock:
            if self._made is None:
                self._made = self._build()
            return self._made
