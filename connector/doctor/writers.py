"""What else writes on the helpdesk: whatever is not ours and sets, demands or hides what the rules work with.

Each helpdesk lists its triggers, automations, required fields and SLAs as :class:`OtherWriter`; what follows from the
fields that they set is the same on all helpdesks and said here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from connector.doctor.context import Examination
from connector.doctor.finding import Check, Observation, ok, skipped, warn
from connector.domain.field import SetBy
from connector.domain.fields import CATALOGUE
from connector.domain.labels import Labels
from connector.helpdesks.errors import ForbiddenError, NotFoundError

SECTION = "what else writes here: "
"""How the names of these checks begin."""

_NATIVE = {
    "priority": (
        "sets the priority: the matrix sets its own again, three times in an hour, then leaves it alone until an hour "
        "was quiet; where an agent has chosen one, it replaces the agent's"
    ),
    "group": (
        "moves tickets to another group: back from the group of a level, where the rules move them again, or out of "
        "the rules' groups, where the rules end"
    ),
    "state": (
        "changes the state: what it closes is over to the rules, what it opens again runs, and for what it lets wait "
        "for the customer the clocks stand"
    ),
}


class OtherWriter(NamedTuple):
    """Something of the admin's that writes to tickets, or says what may be written."""

    name: str
    """As the admin knows it."""
    sets: Sequence[str] = ()
    """The fields of the rules that it sets, by the rules' names; ``state``, ``priority`` and ``group`` are some."""
    does: Sequence[str] = ()
    """What it does to us besides, a sentence each without a full stop."""


C = TypeVar("C", bound=Examination)


def checks(
    kinds: Mapping[str, Callable[[C], Iterable[OtherWriter]]], labels: Callable[[C], Labels], *needs: str
) -> tuple[Check[C], ...]:
    """One check for each kind of writer: its name for people → what lists those that touch us.

    ``labels`` are the names of the fields on the screens. Where a list is not to be seen, its kind is skipped; where
    this version of the helpdesk has no such thing, all is well.
    """
    return tuple(Check(SECTION + kind, _look(list_, labels), needs) for kind, list_ in kinds.items())


def _look(list_: Callable[[C], Iterable[OtherWriter]], labels: Callable[[C], Labels]) -> Callable[[C], Observation]:
    def look(context: C) -> Observation:
        try:
            return observed([writer for writer in list_(context) if writer.sets or writer.does], labels(context))
        except ForbiddenError as error:
            return skipped(f"not to be seen with this token: {error}")
        except NotFoundError:
            return ok(f"this {context.TITLE} has none")

    return look


def observed(writers: Sequence[OtherWriter], labels: Labels) -> Observation:
    """A line for each writer with what it does to us."""
    if not writers:
        return ok("none that touches the rules' fields, priority, group or state")
    lines = [f"{writer.name}: {'; '.join((*_consequences(writer.sets, labels), *writer.does))}" for writer in writers]
    return warn(
        "\n".join(lines),
        "Nothing has to be done where this is meant so. Else switch it off, or leave the rules' groups out of it.",
    )


def _consequences(fields: Iterable[str], labels: Labels) -> Iterator[str]:
    """What it means to the rules that a machine sets these fields, those with the same meaning together."""
    named = dict.fromkeys(fields)
    yield from (_NATIVE[name] for name in named if name in _NATIVE)
    by_meaning: dict[str, list[str]] = {}
    for name in named:
        if name in CATALOGUE and (meaning := _OTHERS.get(CATALOGUE[name].set_by)):
            by_meaning.setdefault(meaning, []).append(labels[name])
    yield from (meaning.format(", ".join(held)) for meaning, held in by_meaning.items())


_OTHERS = {
    SetBy.CUSTOMER: "sets {}: that counts as support's word, above what the customer wrote before",
    SetBy.REQUEST: "sets {}: the rules act on that as on a wish of support's, though no person has asked",
    SetBy.SUPPORT: "sets {}: that counts as stated by support",
    SetBy.RULES: (
        "sets {}, which only the rules write: they set it back, three times in an hour, and what is promised by it is "
        "wrong in between"
    ),
}
