"""Answers of helpdesks as shapes: every value is checked before it is used."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from connector.helpdesks.errors import PermanentError

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
"""A text that may be missing: null is empty."""


class Answer(BaseModel):
    """Part of an answer; unknown keys are kept out of sight."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    helpdesk: ClassVar[str]
    """Who answers, for errors."""


A = TypeVar("A", bound=Answer)


def parsed(shape: type[A], raw: Any, where: str) -> A:
    """``raw`` as ``shape``. Raises PermanentError that names the request and the first wrong place."""
    try:
        return shape.model_validate(raw)
    except ValidationError as error:
        raise unexpected(shape, where, error) from error
    except OverflowError as error:
        raise PermanentError(f"{shape.helpdesk} {where}: unexpected answer: a time out of range") from error


def unexpected(shape: type[Answer], where: str, error: ValidationError) -> PermanentError:
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
