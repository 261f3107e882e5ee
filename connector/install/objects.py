"""What the installation wants to exist, as values: objects, references between them, secrets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector import __version__

MARK = f"[interspace-connector {__version__}]"
"""Ours, made by us. Stands at the end of a note and names the version that wrote the object last."""
ADOPTED = f"[interspace-connector {__version__} adopted]"
"""Somebody else's, brought into shape by ``--adopt``: kept in shape, never deleted."""
PREFIX = "Interspace: "
"""The beginning of our names in tables that have no note."""

_MARK = re.compile(r"\[interspace-connector [\w.+-]+( adopted)?\]")


@dataclass(frozen=True)
class Ref:
    """Stands for the id of another object, by its table and name, until the id is known."""

    kind: str
    name: str
    optional: bool = False
    """Left out of a list if there is no such object."""
    form: str | None = None
    """How the id is written where a text is wanted, e.g. ``userid_{}``."""

    def __str__(self) -> str:
        return f"<{self.kind}: {self.name}>"

    def written(self, row_id: int | str) -> int | str:
        """The id as it stands in a request."""
        return row_id if self.form is None else self.form.format(row_id)


def text_ref(kind: str, name: str, *, optional: bool = False) -> Ref:
    """An id inside a condition, where the helpdesk's own forms write it as text."""
    return Ref(kind, name, optional, "{}")


@dataclass(frozen=True)
class Sealed:
    """A secret of the secret store, by its name there. Its value is in no plan, no diff and no checksum."""

    name: str

    def __str__(self) -> str:
        return "(secret)"


@dataclass(frozen=True)
class Including:
    """A list that has to hold these, whatever else it holds."""

    items: tuple[Ref | int | str, ...]


@dataclass(frozen=True)
class Text:
    """A text that names ids."""

    parts: tuple[str | Ref, ...]

    def __str__(self) -> str:
        return "".join(map(str, self.parts))

    def written(self, ids: Mapping[tuple[str, str], int | str]) -> str:
        """The text with the ids. Raises KeyError for an object that does not exist yet."""
        return "".join(part if isinstance(part, str) else str(ids[part.kind, part.name]) for part in self.parts)


@dataclass(frozen=True)
class Wanted:
    """One object that has to exist with these values.

    ``body`` may hold :class:`Ref`, :class:`Text`, :class:`Sealed` and :class:`Including` at any depth, a reference also
    as a key of a mapping.
    """

    kind: str
    """The table."""
    name: str
    body: Mapping[str, Any]
    fill: Mapping[str, Any] = field(default_factory=dict)
    """Written where nothing stands yet; what people make of it later is left alone."""
    borrowed: bool = False
    """Somebody else's object that only has to hold ``body``, e.g. a role that comes along. It gets no mark, is
    changed with ``--adopt`` only, and never deleted."""
    own: bool = False
    """A borrowed one that may be changed without asking: the bot's own account."""


def is_marked(note: object) -> bool:
    """Whether a note says that the object is kept in shape by us."""
    return _MARK.search(str(note or "")) is not None


def is_adopted(note: object) -> bool:
    """Whether a note says that the object was somebody else's."""
    match = _MARK.search(str(note or ""))
    return match is not None and match[1] is not None


def unmarked(note: object) -> str:
    """A note without marks."""
    return _MARK.sub("", str(note or "")).strip()


def marked(note: object, mark: str) -> str | Text:
    """A note with exactly this mark, at its end."""
    if isinstance(note, Text):
        return Text((*note.parts, f" {mark}"))
    return f"{unmarked(note)} {mark}".strip()
