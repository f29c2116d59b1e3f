"""What the bodies of requests and answers have in common."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from postroom.errors import FieldError

B = TypeVar("B", bound="RequestBody")
T = TypeVar("T")


class RequestBody(BaseModel):
    """Refuses fields it does not know and never turns one type into another: ``"5"`` is no number, nor is ``true``.

    An enum or a moment arrives as text, so such a field says ``Annotated[Priority, AsText]`` or uses ``web.fields``.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, hide_input_in_errors=True)

    @classmethod
    def across(cls, given: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """What is wrong between fields, as field and message. ``given`` is unchecked: each field may be anything."""
        del given
        return ()

    def beside(self) -> Iterable[FieldError]:
        """What a use case would refuse of this body, to be told beside other faults: it never comes to a use case.

        Fields that are wrong are as if they had not been given.
        """
        return ()

    def given_or(self, field: str, seen: T) -> T | None:
        """A field as it was given, be it as null; what was ``seen`` where it was left out."""
        given: T | None = getattr(self, field)
        return given if field in self.model_fields_set else seen

    @model_validator(mode="wrap")
    @classmethod
    def _all_at_once(cls, given: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:  # noqa: ANN401 - unchecked
        """Pydantic looks at the whole only once every field is right; the caller wants to hear of both together."""
        across = [_fault("across", (field,), text) for field, text in _across(cls, given)]
        try:
            body = handler(given)
        except ValidationError as error:
            single = [_fault(fault["type"], fault["loc"], _words(fault)) for fault in error.errors(include_url=False)]
            raise _refusal(cls, single + across, _as_far_as_right(handler, given, error)) from error
        if across:
            raise _refusal(cls, across, body)
        return body


class ResponseBody(BaseModel):
    """What an answer looks like; it is checked before it leaves, and a mismatch is our fault, not the caller's."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _across(body: type[RequestBody], given: object) -> Iterable[tuple[str, str]]:
    return body.across(given) if isinstance(given, Mapping) else ()


def _as_far_as_right(handler: ModelWrapValidatorHandler[B], given: object, error: ValidationError) -> B | None:
    """Without the fields that are wrong; None where one of them cannot be done without."""
    if not isinstance(given, Mapping):
        return None
    wrong = {fault["loc"][0] for fault in error.errors(include_url=False) if fault["loc"]}
    try:
        return handler({name: value for name, value in given.items() if name not in wrong})
    except ValidationError:
        return None


def _refusal(kind: type[B], faults: Sequence[InitErrorDetails], body: B | None) -> ValidationError:
    told = {fault["loc"][0] for fault in faults if fault["loc"]}
    beside = () if body is None else (one for one in body.beside() if one.field not in told)
    all_faults = [*faults, *(_fault("beside", (one.field,), one.message) for one in beside)]
    return ValidationError.from_exception_data(kind.__name__, all_faults, hide_input=True)


def _words(fault: ErrorDetails) -> str:
    # Of a text whose letters were looked at before their number, pydantic says items.
    if not isinstance(fault["input"], str):
        return fault["msg"]
    if fault["type"] == "too_long":
        return f"String should have at most {fault['ctx']['max_length']} characters"
    if fault["type"] == "too_short":
        return f"String should have at least {fault['ctx']['min_length']} character"
    return fault["msg"]


def _fault(kind: str, location: tuple[int | str, ...], message: str) -> InitErrorDetails:
    return InitErrorDetails(
        type=PydanticCustomError(kind, "{reason}", {"reason": message}),
        loc=location,
        input=None,
    )
