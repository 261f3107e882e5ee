"""What is wrong with a file of settings, and where."""

from collections.abc import Iterable
from dataclasses import dataclass

Location = tuple[str | int, ...]
"""The way from the top of a file to a value: keys, and positions in lists."""

UnlocatedProblem = tuple[Location, str]
"""A place, and what is wrong there."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing an admin has to put right. Without a known place, ``file`` is empty and ``line`` 0.

    Prints as one line, ``mappings/interspace.yaml:41: matrix.degradation.low: the cell is missing``.
    """

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        text = ": ".join(part for part in (place, self.path, self.message) if part)
        return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


class PolicyError(Exception):
    """The files cannot be used. ``problems`` holds everything that is wrong with them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def path_of(location: Location) -> str:
    """``("levels", 2, "after")`` as ``levels[2].after``."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + part[:80]
    return text
