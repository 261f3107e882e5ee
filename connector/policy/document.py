"""A file that has been read: its content, the line of everything in it, and its content checked."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from connector.policy.problem import Location, PolicyError, Problem, UnlocatedProblem
from connector.policy.section import Section, worded

_MOST_BYTES = 256 * 1024 * 1024

SectionT = TypeVar("SectionT", bound=Section)


@dataclass(frozen=True)
class PolicyDocument:
    """``data`` as mappings, lists and texts; ``place`` gives the line and the path of a location.

    ``problems`` are those of the writing itself, such as a name that stands twice.
    """

    file: str
    data: Any
    place: Callable[[Location], tuple[int, str]]
    problems: tuple[Problem, ...] = ()

    def located(self, findings: Iterable[UnlocatedProblem]) -> list[Problem]:
        """The findings with their lines."""
        return [Problem(self.file, *self.place(location), message) for location, message in findings]

    def parsed(self, section: type[SectionT]) -> tuple[SectionT | None, list[Problem]]:
        """The content as a section, or ``None``; and everything that is wrong with the file."""
        try:
            return section.model_validate(self.data), list(self.problems)
        except ValidationError as error:
            details = error.errors(include_url=False)
            findings = [
                (tuple(part for part in detail["loc"] if not _is_tag(part)), worded(detail)) for detail in details
            ]
            return None, [*self.problems, *self.located(findings)]


def _is_tag(part: int | str) -> bool:
    """Which of several shapes a value has is no part of its place."""
    return isinstance(part, str) and part.startswith("<")


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, with or without a byte order mark.

    :raises PolicyError: it cannot be read, is empty, too large or not UTF-8.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise PolicyError([Problem(str(path), 0, "", f"cannot be read: {reason}")]) from error
    if len(content) > _MOST_BYTES:
        raise PolicyError([Problem(str(path), 0, "", f"is larger than {_MOST_BYTES // 2**20} MiB")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"is not UTF-8 (byte {content[error.start]:#04x}); save the file as UTF-8"
        raise PolicyError([Problem(str(path), line, "", message)]) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise PolicyError([Problem(str(path), line, "", "holds a NUL character; is it a text file?")])
    if not text.strip():
        raise PolicyError([Problem(str(path), 1, "", "the file is empty")])
    return text
