"""The base of every value in the domain: frozen, closed, compared by value."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, NewType, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

from connector.domain.once import once


class Model(BaseModel):
    """A frozen value; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(once,))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other values. What the original has found out about itself, in cached properties, may not be true
        of it, and is left behind."""
        if deep:
            return super().model_copy(update=update, deep=True)
        held = vars(self)
        names = type(self).__pydantic_fields__
        known = held if len(held) == len(names) else {name: held[name] for name in names}
        return self._with(known, update or {})

    def _with(self, known: Mapping[str, Any], changed: Mapping[str, Any]) -> Self:
        """Another one with these values, unchecked: pydantic's own copies take five times as long, and the rules
        copy tickets at every look."""
        # ``type(self).__new__`` would be looked up by pydantic's metaclass, which is slow.
        other = object.__new__(type(self))
        object.__setattr__(other, "__dict__", {**known, **changed})
        # Which values were named when the first one was made: nobody asks that of a copy.
        object.__setattr__(other, "__pydantic_fields_set__", self.__pydantic_fields_set__)
        object.__setattr__(other, "__pydantic_extra__", None)
        object.__setattr__(other, "__pydantic_private__", None)
        return other


class Record:
    """The base of pydantic's dataclasses, which are frozen values too, for what the rules look at hundreds of times:
    a :class:`Model` takes three times as long to look at an attribute, because pydantic's have a ``__getattr__``."""

    __pydantic_fields__: ClassVar[Mapping[str, Any]]

    def model_copy(self, *, update: Mapping[str, Any] = MappingProxyType({})) -> Self:
        """A copy with other values, unchecked. What the original has found out about itself is left behind."""
        held, names = vars(self), type(self).__pydantic_fields__
        known = held if len(held) == len(names) else {name: held[name] for name in names}
        return self._with(known, update)

    def _with(self, known: Mapping[str, Any], changed: Mapping[str, Any]) -> Self:
        """Another one with these values, unchecked."""
        other = object.__new__(type(self))
        object.__setattr__(other, "__dict__", {**known, **changed})
        return other


def _to_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A moment in UTC. A naive datetime is refused."""

TicketId = NewType("TicketId", str)
"""What a helpdesk itself calls a ticket by, and what its API takes. Never the number or key that people see, which may
change: ``Helpdesk.id_of`` finds the id of a number."""
