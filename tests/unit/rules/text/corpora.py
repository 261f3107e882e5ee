"""Sentences with what they mean: ``[tune]`` may be looked at, of ``[count]`` only the number of mistakes."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_HERE = Path(__file__).parent


class Sentence(NamedTuple):
    """A line of a corpus: what it means, and what a customer writes."""

    part: str
    meaning: tuple[str, ...]
    text: str


def sentences(corpus: str, words: int) -> Iterator[Sentence]:
    """The sentences of ``corpus_….txt``; ``words`` of meaning stand before each. ``|`` is a new line."""
    part = ""
    for line in (_HERE / f"corpus_{corpus}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            part = line.strip("[]")
        elif line and not line.startswith("#"):
            *meaning, text = line.split(" ", words)
            yield Sentence(part, tuple(meaning), text.replace("|", "\n"))
