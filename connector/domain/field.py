"""What is known of one field of a ticket beside its type."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto

from connector.domain.vocabulary import TicketKind

_LONGEST_LINE = 255

INCIDENT = frozenset({TicketKind.INCIDENT})
RFO_TASK = frozenset({TicketKind.RFO_TASK})
PROBLEM = frozenset({TicketKind.PROBLEM})


class SetBy(Enum):
    """Whose word a field is. Customers can overwrite any field through a helpdesk's API (P20)."""

    CUSTOMER = auto()
    """The customer says it (R10, R15–R22), also when the ticket is created."""
    REQUEST = auto()
    """Customer or agent ask or agree by it (R27, R34, R39). It takes effect through the rules only."""
    SUPPORT = auto()
    """A person of support states it. The rules at most empty it."""
    RULES = auto()
    """Only the rules write it."""
    HELPDESK = auto()
    """The helpdesk's own priority and group, set when the ticket is created. Empty means a value that the mapping does
    not know, which cannot be written."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """What is known of one field. ``name`` and ``kind`` are those of the attribute of :class:`Fields`."""

    name: str = ""
    kind: type = str
    """``str``, ``int``, ``bool``, ``datetime`` or a vocabulary, which is a ``StrEnum``."""
    label: str
    """What the field is called on screens and in notes, unless the mapping of a helpdesk calls it otherwise."""
    help: str
    """What people read beside it where it is filled in. Customers read it too, where they see the field."""
    set_by: SetBy = SetBy.RULES
    length: int = 0
    """The most characters that fit; 0 for fields that are no text."""
    choices: Mapping[StrEnum, str] = field(default_factory=dict)
    """What each value of the vocabulary is called where it is chosen."""
    words: tuple[str, ...] = ()
    """What else customers call it in labelled lines of mails, in English and German. Case, points and hyphens do not
    count."""
    on: frozenset[TicketKind] = INCIDENT | RFO_TASK | PROBLEM
    """The kinds of tickets that people see it on and the rules read or write it on."""
    on_portal: bool = False
    """Customers see it and may fill it in (R10, R15–R22, R27); everything else is internal."""
    on_create: bool = False
    """It is on the mask for new tickets too, not only on the ticket."""

    @property
    def multiline(self) -> bool:
        """It is a text of several lines: more than the single-line fields of helpdesks take."""
        return self.length > _LONGEST_LINE
