"""What is wrong with a file of settings, and where."""

from collections.abc import Iterable
from dataclasses import dataclass

Location = tuple[str | int, ...]
"""The way from the top of a file to a value: keys, and positions in lists."""

Finding = tuple[Location, str]
"""A place, and what is wrong there."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing an admin has to put right. Without a known place, ``file`` is empty and ``line`` 0."""

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (place, self.path, self.message) if part)


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
            name = part if part.isprintable() else repr(part)
            text += ("." if text else "") + name[:80]
    return text
