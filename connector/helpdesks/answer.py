"""Answers of helpdesks as shapes: every value is checked before it is used."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, ClassVar, Protocol, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from connector.helpdesks.errors import PermanentError

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
"""A text that may be missing: null is empty."""


class Answer(BaseModel):
    """Part of an answer; unknown keys are kept out of sight."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    helpdesk: ClassVar[str]
    """Who answers, for errors."""


class Shape(Protocol):
    """What an answer is checked against: an :class:`Answer`, or a dataclass of pydantic's that says whose it is."""

    helpdesk: ClassVar[str]


A = TypeVar("A", bound=Shape)


def parsed(shape: type[A], raw: Any, where: str) -> A:
    """``raw`` as ``shape``. Raises PermanentError that names the request and the first wrong place."""
    try:
        answer: A = _adapter(shape).validate_python(raw)
    except ValidationError as error:
        raise unexpected(shape, where, error) from error
    except OverflowError as error:
        raise PermanentError(f"{shape.helpdesk} {where}: unexpected answer: a time out of range") from error
    return answer


@cache
def _adapter(shape: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def unexpected(shape: type[Shape], where: str, error: ValidationError) -> PermanentError:
    """What to raise for a value of another shape: names the request and the first wrong place."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the answer"
    return PermanentError(f"{shape.helpdesk} {where}: unexpected answer: {place}: {first['msg']}")


def with_id(answer: Any, where: str) -> Mapping[str, Any]:
    """An object with an id. Raises PermanentError; ``where`` names helpdesk and request."""
    if not isinstance(answer, dict) or not isinstance(answer.get("id"), int | str):
        raise PermanentError(f"{where}: unexpected answer: expected an object with an id")
    return answer


def objects(answer: Any, where: str) -> list[Mapping[str, Any]]:
    """A list of objects. Raises PermanentError; ``where`` names helpdesk and request."""
    if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
        raise PermanentError(f"{where}: unexpected answer: expected a list of objects")
    return answer
