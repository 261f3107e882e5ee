"""What is wrong with a submission, said all at once: for the panel's program a pointer and a code, for the person a
sentence."""

from collections.abc import Sequence
from typing import NamedTuple

FAULTS: dict[str, str] = {
    "required": "This is required.",
    "type": "This is not of the right type.",
    "unknown_member": "There is no such member.",
    "choice": "Please choose one of: {choices}.",
    "empty": "Please write something here.",
    "too_long": "Please write at most {most} characters.",
    "too_many": "Please give at most {most}.",
    "time": "Please give date and time with the offset from UTC, like 2026-11-23T09:40:00+01:00.",
    "future": "The start cannot be in the future.",
    "address": "{value} is not an IP address or prefix.",
    "email": "This is not an e-mail address.",
    "foreign_contact": "This contact belongs to another customer.",
    "language": "Please give a language as two letters, like en.",
    "identifier": "Please use printable ASCII, without spaces at the ends.",
    "control_characters": "Please leave out control characters.",
    "unknown_service": "We do not know this service.",
    "foreign_service": "This service is not one of yours.",
    "file_content": "The content of this file is not base64.",
    "file_too_large": "A file may have at most {most} MB.",
    "file_name": "A file needs a name.",
}
"""Code → English sentence. Who shows them translates by the sentence and fills in the values."""


class Fault(NamedTuple):
    """One fault."""

    pointer: str
    """Where, as a JSON pointer (RFC 6901); empty: the whole body."""
    code: str
    """A key of :data:`FAULTS`."""
    values: tuple[tuple[str, str], ...] = ()
    """What fills the sentence. Of the input only what was validated: nothing raw is reflected."""

    @property
    def sentence(self) -> str:
        """For people, in English."""
        return FAULTS[self.code].format(**dict(self.values))


class FaultyError(Exception):
    """A submission that cannot be taken."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.pointer}: {fault.code}" for fault in faults))
        self.faults = tuple(faults)

    @property
    def is_forbidden(self) -> bool:
        """All that is wrong is that something is another customer's."""
        return all(fault.code in ("foreign_service", "foreign_contact") for fault in self.faults)
