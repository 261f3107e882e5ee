"""The base of everything an admin writes: a value that reports all that is wrong with it at once."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Self

from pydantic import ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from connector.domain.model import Model
from connector.policy.problem import UnlocatedProblem

_NOT_A_SECTION = "expected a section of settings (name: value)"
_NOT_A_LIST = "expected a list"
_NOT_TEXT = "expected a text, not a section, a list or nothing"
_WORDING = {
    "missing": "is missing",
    "extra_forbidden": "there is no such setting",
    "model_type": _NOT_A_SECTION,
    "model_attributes_type": _NOT_A_SECTION,
    "dict_type": _NOT_A_SECTION,
    "mapping_type": _NOT_A_SECTION,
    "tuple_type": _NOT_A_LIST,
    "list_type": _NOT_A_LIST,
    "frozen_set_type": _NOT_A_LIST,
    "set_type": _NOT_A_LIST,
    "string_type": _NOT_TEXT,
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "int_parsing_size": "the number is too large",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "timezone_aware": "the time needs its zone, as in 2026-11-22T08:00:00+01:00",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
}

_NAMED = re.compile(r"<[\w.]+: ('[^']*')>")
"""How a choice among some members of a vocabulary is worded; people write the value."""


class Section(Model):
    """A part of a file. What pydantic finds and what ``findings`` adds is reported together."""

    @classmethod
    def findings(cls, data: Any) -> Iterable[UnlocatedProblem]:
        """What is wrong across several settings.

        ``data`` is not validated yet: use :func:`dig`, and pass over what is malformed in itself.
        """
        return ()

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As pydantic's, without what has been cached from the old values."""
        copy = super().model_copy(update=update, deep=deep)
        for name in copy.__dict__.keys() - type(copy).model_fields.keys():
            del copy.__dict__[name]
        return copy

    @model_validator(mode="wrap")
    @classmethod
    def _report_everything(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if isinstance(data, cls):
            return data
        errors = [_line_error(location, message) for location, message in cls.findings(data)]
        try:
            section = handler(data)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                errors.append(_line_error(detail["loc"], _worded(detail, cls)))
        if errors:
            raise ValidationError.from_exception_data(cls.__name__, errors)
        return section


def dig(data: Any, *path: str | int) -> Any:
    """The value at ``path`` in nested mappings, lists and models; ``None`` where there is none."""
    for part in path:
        if isinstance(data, Mapping):
            data = data.get(part)
        elif isinstance(data, list | tuple):
            data = data[part] if isinstance(part, int) and part < len(data) else None
        else:
            data = getattr(data, part, None) if isinstance(part, str) and isinstance(data, Model) else None
    return data


def entries(data: Any, *path: str | int) -> list[tuple[Any, Any]]:
    """Keys and values of the mapping at ``path``, positions and values of a list; nothing elsewhere."""
    part = dig(data, *path)
    if isinstance(part, Mapping):
        return list(part.items())
    return list(enumerate(part)) if isinstance(part, list | tuple) else []


def worded(detail: ErrorDetails) -> str:
    """pydantic's message in an admin's words."""
    if detail["type"] in ("enum", "literal_error"):
        return "expected " + _NAMED.sub(r"\1", detail["ctx"]["expected"])
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    if wording := _WORDING.get(detail["type"]):
        return wording.format_map(detail.get("ctx", {}))
    return detail["msg"]


def _worded(detail: ErrorDetails, section: type[Model]) -> str:
    message = worded(detail)
    if detail["type"] == "extra_forbidden" and len(detail["loc"]) == 1:
        near = get_close_matches(str(detail["loc"][0]), section.model_fields, n=1)
        message += f"; did you mean {near[0]}?" if near else ""
    return message


def _line_error(location: tuple[str | int, ...], message: str) -> InitErrorDetails:
    text = PydanticCustomError("policy", "{message}", {"message": message})
    return InitErrorDetails(type=text, loc=location, input=None)
