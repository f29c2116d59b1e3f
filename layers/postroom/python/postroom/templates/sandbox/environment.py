"""Jinja2 with what a mail needs and nothing else: an immutable sandbox of allow-lists, without extensions."""

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from types import BuiltinMethodType, MethodType
from typing import Any

from jinja2 import BaseLoader, Environment, TemplateNotFound, Undefined
from jinja2.environment import TemplateModule
from jinja2.runtime import TemplateReference, markup_join, str_join
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from postroom.templates.sandbox.allowed import ATTRIBUTES, FILTERS, TESTS
from postroom.templates.sandbox.bounds import OPERATIONS, Meter, check_joined, check_plain
from postroom.templates.sandbox.compiling import MeteredCompiler, NamingCompiler
from postroom.templates.sandbox.guarded import FUNCTIONS, Callee, guarded, method
from postroom.templates.sandbox.missing import Missing, hint_of, if_missing

_CACHED_TEMPLATES = 50
_SUBSCRIPTABLE = (dict, list, tuple, str, range, TemplateReference)


class SharedLoader(BaseLoader):
    """Finds what templates may build on by its exact name, and nothing else."""

    def __init__(self, shared: Callable[[], Mapping[str, str]]) -> None:
        self._shared = shared

    def get_source(self, environment: Environment, template: str) -> tuple[str, None, None]:  # noqa: ARG002 - Jinja's
        source = self._shared().get(template)
        if source is None:
            raise TemplateNotFound(template)
        return source, None, None


def is_html(name: str | None) -> bool:
    return name is not None and (name == "html" or name.endswith(".html"))


class Sandbox(ImmutableSandboxedEnvironment):
    """``meter`` counts the steps of what is filled in; with one it is for a single thread."""

    code_generator_class = NamingCompiler
    intercepted_binops = frozenset(OPERATIONS)

    def __init__(self, loader: BaseLoader, *, undefined: type[Undefined] = Missing, meter: Meter | None = None) -> None:
        if meter is not None:
            self.code_generator_class = MeteredCompiler
            self.tick = meter.tick
        super().__init__(
            loader=loader,
            undefined=undefined,
            autoescape=is_html,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=_CACHED_TEMPLATES,
            finalize=_written_out,
        )
        self.policies["json.dumps_kwargs"] = {"sort_keys": True, "default": if_missing}
        self.globals = dict(FUNCTIONS)
        self.filters = {name: guarded(name, self.filters[name]) for name in FILTERS}
        self.tests = {name: self.tests[name] for name in TESTS}

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """A plain dictionary: going through the chain that Jinja makes takes as long as filling in a short template."""
        return {**self.globals, **(d or {})}

    def part(self, value: Any, name: str, written: str) -> Any:  # noqa: ANN401 - as Jinja's
        """An attribute or an item; ``written`` is how the template names it."""
        return self._named(self.getattr(value, name), written)

    def item(self, value: Any, key: Any, written: str) -> Any:  # noqa: ANN401 - as Jinja's
        return self._named(self.getitem(value, key), written)

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - as Jinja's
        """What the data has by this name goes before what a value can do: an order may have ``items``."""
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return self._attribute(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:  # noqa: ANN401 - as Jinja's
        if isinstance(obj, _SUBSCRIPTABLE):
            try:
                return obj[argument]
            except (TypeError, LookupError):
                pass
        return self._attribute(obj, argument) if isinstance(argument, str) else self.undefined(name=str(argument))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401 - as Jinja's
        OPERATIONS[operator](left, right)
        return super().call_binop(context, operator, left, right)

    def concatenated(self, markup: bool, texts: Iterable[Any]) -> str:  # noqa: FBT001 - by generated code
        texts = [_written_out(each) for each in texts]
        check_joined("", texts)
        return markup_join(texts) if markup else str_join(texts)

    def _attribute(self, value: Any, name: str) -> Any:  # noqa: ANN401 - as Jinja's
        if name in ATTRIBUTES.get(type(value), ()):
            return method(self, value, name) if isinstance(value, str) else _harmless(getattr(value, name), name)
        if name in _exported(value):
            return value[name] if isinstance(value, TemplateReference) else getattr(value, name)
        return self.undefined(name=name)

    def _named(self, found: Any, written: str) -> Any:  # noqa: ANN401 - as Jinja's
        return self.undefined(name=written) if isinstance(found, Undefined) and not hint_of(found) else found


def _harmless(value: Any, name: str) -> Any:  # noqa: ANN401 - as Jinja's
    return Callee(name, value) if isinstance(value, MethodType | BuiltinMethodType) else value


def _exported(value: object) -> Iterable[str]:
    """What templates have put there themselves."""
    match value:
        case TemplateModule():
            return [name for name in vars(value) if not name.startswith("_")]
        case _ if type(value) is Namespace:
            return _names_of(value)
        case tuple():  # of ``groupby``
            return getattr(value, "_fields", ())
    return ()


def _names_of(space: Namespace) -> Iterable[str]:
    names: dict[str, Any] = object.__getattribute__(space, "_Namespace__attrs")
    return names


def _written_out(value: object) -> object:
    """``null`` is nothing."""
    if value is None:
        return ""
    if not isinstance(value, str):
        check_plain(value)
    return value
