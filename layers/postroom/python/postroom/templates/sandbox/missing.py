"""Variables that the data lacks: what becomes of a template that uses one."""

from collections.abc import Iterator
from typing import Any

from jinja2 import StrictUndefined, Undefined


class Missing(StrictUndefined):
    """May be asked for its parts, and whether it is there; whatever else is done with it raises UndefinedError.

    So ``user.name is defined`` and ``user.name|default("you")`` need no user.
    """

    __slots__ = ()
    # Lists write their items by the first.
    __repr__ = __abs__ = __round__ = Undefined._fail_with_undefined_error  # noqa: SLF001 - as Jinja's own kinds

    @property
    def _undefined_message(self) -> str:
        return self._undefined_hint or f'The template\'s variable "{self._undefined_name}" is missing'


def hint_of(undefined: Undefined) -> str | None:
    """What Jinja itself has to say of it, if it is not just a name that is missing."""
    return undefined._undefined_hint  # noqa: SLF001 - it has no other way to tell


def if_missing(value: object) -> str:
    """What stands in JSON for it. Raises UndefinedError, and TypeError for what is there and is no JSON."""
    if isinstance(value, Undefined):
        return str(value)
    raise TypeError("this cannot be written as JSON")


def recording(names: list[str]) -> type[Undefined]:
    """What writes down each missing variable that is used, and stands for itself with its name in double braces."""

    class Placeholder(_Placeholder):
        __slots__ = ()
        _names = names

    return Placeholder


class _Placeholder(Undefined):
    __slots__ = ()
    _names: list[str]

    def _note(self) -> str:
        name = str(self._undefined_name)
        if self._undefined_hint is not None:
            raise self._undefined_exception(self._undefined_hint)
        if name not in self._names:
            self._names.append(name)
        return name

    def __str__(self) -> str:
        return "{{ " + self._note() + " }}"

    __repr__ = __str__

    def __iter__(self) -> Iterator[Any]:
        self._note()
        yield from ()

    def __len__(self) -> int:
        self._note()
        return 0

    def __bool__(self) -> bool:
        self._note()
        return False

    def _itself(self, *_: object, **__: object) -> Any:  # noqa: ANN401 - as each of the operators below is called
        self._note()
        return self

    def _never(self, _: object) -> bool:
        self._note()
        return False

    def _zero(self) -> int:
        self._note()
        return 0

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _itself
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _itself
    __pow__ = __rpow__ = __pos__ = __neg__ = __call__ = __getitem__ = __abs__ = __round__ = _itself
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __contains__ = _never  # type: ignore[assignment] # those of Jinja raise
    __hash__ = object.__hash__
    __int__ = __index__ = _zero  # type: ignore[assignment] # as above

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __float__(self) -> float:  # type: ignore[override] # as above
        return float(self._zero())
