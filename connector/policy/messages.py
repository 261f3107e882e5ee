"""The messages from their files: the shipped ones, and those that an admin has changed (P16).

A folder of messages holds ``en/NAME.txt`` and ``de/NAME.txt``. A file begins with front matter between two lines of
``---``: audience, description, subject and the data that the message gets; what follows is the text. An admin's folder
holds those files only that differ; what data a message gets is said by the shipped file alone.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field

from connector.domain.messages import MESSAGES, WITHOUT_SUBJECT, Audience
from connector.domain.spelling import no_such
from connector.messages.catalogue import Message, MessageCatalogue
from connector.messages.samples import malformed
from connector.messages.words import Language
from connector.policy.document import PolicyDocument, read_text
from connector.policy.locate import MAPPINGS
from connector.policy.problem import PolicyError, Problem, UnlocatedProblem
from connector.policy.section import Section, dig
from connector.policy.yaml_lines import parse_yaml

SHIPPED = MAPPINGS / "messages"
_FENCE = "---"
_Messages = Mapping[tuple[Language, str], Message]


class FrontMatter(Section):
    """What stands above a message's text."""

    audience: Audience
    description: str = ""
    subject: str | None = None
    data: Mapping[str, Any] = Field(default={}, description="what the message gets: name → kind")

    @classmethod
    def findings(cls, data: Any) -> Iterator[UnlocatedProblem]:
        """The kinds of the data are known."""
        if isinstance(kinds := dig(data, "data"), Mapping):
            yield from ((("data",), wrong) for wrong in malformed(kinds))


class Folder(NamedTuple):
    """The messages of a folder, and what is wrong with it."""

    messages: _Messages
    problems: list[Problem]


@cache
def _shipped_folder() -> Folder:
    return read_folder(SHIPPED)


@cache
def shipped() -> MessageCatalogue:
    """The messages that come with the product.

    :raises PolicyError: one of the files is damaged.
    """
    folder = _shipped_folder()
    if folder.problems:
        raise PolicyError(folder.problems)
    return _catalogue(folder.messages)


def read_messages(own: Path) -> tuple[MessageCatalogue, list[Problem]]:
    """The shipped messages with those of the admin's folder over them, and all that is wrong with that folder.

    A message of the admin's is tried with sample data of every kind; the shipped ones are tried by
    :func:`check_shipped`, which takes longer than a start should.
    """
    folder = read_folder(own)
    changed = {key: _over(message, shipped().message(*key)) for key, message in folder.messages.items()}
    return _catalogue({**shipped().messages, **changed}), [*folder.problems, *_tried(changed)]


def check_shipped() -> list[Problem]:
    """What is wrong with the messages that come with the product."""
    folder = _shipped_folder()
    missing = MESSAGES.keys() - {name for language, name in folder.messages if language is Language.EN}
    absent = [Problem(str(SHIPPED / Language.EN / f"{name}.txt"), 0, "", "is missing") for name in missing]
    # A damaged file is missing too; the first report is enough.
    return folder.problems or absent or [*_tried(folder.messages)]


def read_folder(path: Path) -> Folder:
    """Every message file below ``path``."""
    messages: dict[tuple[Language, str], Message] = {}
    problems: list[Problem] = []
    for file in _files(path, problems):
        problem = _misplaced(file.relative_to(path))
        if problem:
            problems.append(Problem(str(file), 0, "", problem))
            continue
        try:
            message = read_message(file)
        except PolicyError as error:
            problems += error.problems
        else:
            messages[message.language, message.name] = message
    return Folder(messages, problems)


def _files(path: Path, problems: list[Problem]) -> Iterator[Path]:
    """The files below ``path`` that are no notes, drafts or hidden; what cannot be looked into is a problem (P16)."""

    def closed(error: OSError) -> None:
        problems.append(Problem(str(error.filename), 0, "", f"cannot be read: {error.strerror}"))

    for folder, folders, files in os.walk(path, onerror=closed, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if Path(folder) != path:
            problems += [Problem(str(Path(folder, name)), 0, "", "is a folder and no message") for name in folders]
            folders.clear()
        yield from (
            Path(folder, name)
            for name in sorted(files)
            if not name.startswith((".", "README")) and not name.endswith("~")
        )


def read_message(path: Path) -> Message:
    """One file; its language is the name of its folder.

    :raises PolicyError: with what is wrong with it, apart from its templates.
    """
    name, language = path.stem, Language(path.parent.name)
    lines = read_text(path).split("\n")
    end = next((index for index, line in enumerate(lines) if index and line.rstrip() == _FENCE), None)
    if lines[0].rstrip() != _FENCE or end is None:
        problem = Problem(str(path), 1, "", f"a message begins with front matter between two lines {_FENCE!r}")
        raise PolicyError([problem])
    # The first fence is a line for YAML too, so that its lines are those of the file.
    document = parse_yaml(str(path), "\n".join(("#", *lines[1:end])))
    front, problems = document.parsed(FrontMatter)
    if front is not None:
        problems += document.located(_contradictions(front, name, language))
    body = "\n".join(lines[end + 1 :])
    if not body.strip():
        problems.append(Problem(str(path), len(lines), "", "the message has no text"))
    if front is None or problems:
        raise PolicyError(problems)
    return Message(
        name=name,
        language=language,
        audience=front.audience,
        file=str(path),
        description=front.description,
        kinds=front.data,
        subject=front.subject or "",
        subject_line=_line(document, "subject"),
        body=body,
        body_line=end + 2,
    )


def _misplaced(path: Path) -> str | None:
    """Why a file of the folder is no message."""
    if len(path.parts) != 2 or path.parts[0] not in list(Language) or path.suffix != ".txt":
        return f"is no message; messages are {' and '.join(f'{language}/NAME.txt' for language in Language)}"
    if path.stem not in MESSAGES:
        return unknown(path.stem)
    if path.parts[0] != Language.EN and MESSAGES[path.stem] is Audience.CUSTOMER:
        return "customers are written to in English (R6)"
    return None


def unknown(name: str) -> str:
    """What is said of a name that no message has."""
    return no_such("message", name, MESSAGES)


def data_that_does_not_count(messages: Iterable[Message]) -> Iterator[Problem]:
    """Each file of an admin's that declares other data than the shipped one, which alone decides."""
    for message in messages:
        own = read_message(Path(message.file)).kinds
        if other := sorted(name for name, kind in own.items() if message.kinds.get(name) != kind):
            wrong = f"{', '.join(other)}: only the shipped file decides what data a message gets"
            yield Problem(message.file, 0, "data", wrong)


def _contradictions(front: FrontMatter, name: str, language: Language) -> Iterator[UnlocatedProblem]:
    """Who gets a message is decided by the program, not by its file."""
    if front.audience is not MESSAGES[name]:
        yield ("audience",), f"the audience of {name} is {MESSAGES[name]}, and no file can change that"
    if name in WITHOUT_SUBJECT and front.subject is not None:
        yield ("subject",), f"{name} is part of something else and has no subject"
    if name not in WITHOUT_SUBJECT and not (front.subject or "").strip():
        yield (("subject",) if front.subject is not None else ()), "the subject is missing"


def _line(document: PolicyDocument, key: str) -> int:
    return document.place((key,))[0]


def _over(message: Message, original: Message) -> Message:
    """What data a message gets, says the shipped file: a copy of it may be older than the program."""
    return replace(message, kinds=original.kinds, instead=original)


def _tried(messages: _Messages) -> Iterator[Problem]:
    """Rendered with sample data."""
    for message in messages.values():
        yield from (Problem(message.file, error.line, "", str(error)) for error in message.problems)


def _catalogue(messages: _Messages) -> MessageCatalogue:
    digest = hashlib.sha256()
    for key in sorted(messages):
        message = messages[key]
        digest.update(repr((*key, message.subject, message.body)).encode())
    return MessageCatalogue(messages, digest.hexdigest()[:12])
