"""YAML as an admin means it: every scalar is the text that was written, and every value knows its line.

Texts are left as they are (``09:00``, ``no`` and ``2026-12-24`` are three of YAML 1.1's traps); what they
mean is decided by the setting they are written for. An empty value, ``null`` and ``~`` are ``None``.
Anchors, aliases and tags are refused: a policy has no use for them, and they can blow up.
"""

from pathlib import Path
from typing import Any

import yaml

from connector.policy.document import PolicyDocument, read_text
from connector.policy.problem import Location, PolicyError, Problem, path_of

_DEEPEST = 20
_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOTHING = ("", "~", "null", "Null", "NULL")


class Map(dict[str, Any]):
    """A mapping with its line and the lines of its keys."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}
        self.key: str | None = None
        """While it is being read: the key whose value is being read."""


class Items(list[Any]):
    """A list with its line and the lines of its items."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


def read_yaml(path: Path) -> PolicyDocument:
    """The content of a YAML file.

    :raises PolicyError: it cannot be read, or is not YAML.
    """
    return parse_yaml(str(path), read_text(path))


def parse_yaml(file: str, text: str) -> PolicyDocument:
    """The content of a YAML text; ``file`` is its name in problems.

    :raises PolicyError: it is not YAML.
    """
    reader = _Reader(file)
    try:
        for event in yaml.parse(text, Loader=_PARSER):
            reader.take(event)
    except yaml.YAMLError as error:
        line, message = _syntax_error(error, text)
        raise PolicyError([*reader.problems, Problem(file, line, "", message)]) from error
    if reader.root is None:
        raise PolicyError([*reader.problems, Problem(file, 1, "", "the file holds no settings")])
    return PolicyDocument(file, reader.root, reader.place, tuple(reader.problems))


class _Reader:
    """Builds the content from the parser's events, without recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Any = None
        self.open: list[Map | Items] = []
        self.problems: list[Problem] = []
        self.documents = 0

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self._fatal(line, "a second document (---) begins here")
        elif isinstance(event, yaml.NodeEvent):
            self._refuse_cleverness(event, line)
            if self._awaits_key():
                self._name(event, line)
            else:
                self._content(event, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.open.pop()
            if self.open and isinstance(self.open[-1], Map):
                self.open[-1].key = None

    def _name(self, event: Any, line: int) -> None:
        section = self.open[-1]
        assert isinstance(section, Map)
        if isinstance(event, yaml.CollectionStartEvent):
            raise self._fatal(line, "a name must be a plain text")
        section.key = f"*{event.anchor}" if isinstance(event, yaml.AliasEvent) else event.value
        if section.key in section.lines:
            before = section.lines[section.key]
            self.problems.append(self._problem(line, f"is already there, on line {before}"))
        section.lines[section.key] = line

    def _content(self, event: Any, line: int) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._value(None if event.implicit[0] and event.value in _NOTHING else event.value, line)
        elif isinstance(event, yaml.AliasEvent):
            self._value(None, line)
        else:
            container = Map(line) if isinstance(event, yaml.MappingStartEvent) else Items(line)
            self._value(container, line)
            self.open.append(container)
            if len(self.open) > _DEEPEST:
                raise self._fatal(line, "nested too deeply")

    def _value(self, value: Any, line: int) -> None:
        if not self.open:
            self.root = value
            return
        parent = self.open[-1]
        if isinstance(parent, Items):
            parent.append(value)
            parent.lines.append(line)
        elif parent.key is not None:
            parent[parent.key] = value
            if not isinstance(value, Map | Items):
                parent.key = None

    def _awaits_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1], Map) and self.open[-1].key is None

    def _refuse_cleverness(self, event: Any, line: int) -> None:
        if event.anchor is not None:
            self.problems.append(self._problem(line, "anchors and aliases (& and *) are not supported"))
        if getattr(event, "tag", None) is not None:
            self.problems.append(self._problem(line, f"tags ({event.tag[:60]}) are not supported"))

    def _fatal(self, line: int, message: str) -> PolicyError:
        return PolicyError([*self.problems, self._problem(line, message)])

    def _problem(self, line: int, message: str) -> Problem:
        return Problem(self.file, line, self.path(), message)

    def path(self) -> str:
        """Where the reader stands."""
        location: list[str | int] = []
        for container in self.open:
            if isinstance(container, Items):
                inside = container is not self.open[-1]
                location.append(len(container) - inside)
            elif container.key is not None:
                location.append(container.key)
        return path_of(tuple(location))

    def place(self, location: Location) -> tuple[int, str]:
        """The line of the innermost value that the file has of ``location``."""
        node, line = self.root, getattr(self.root, "line", 1)
        for part in location:
            if isinstance(node, Map) and part in node:
                node, line = node[str(part)], node.lines[str(part)]
            elif isinstance(node, Items) and isinstance(part, int) and part < len(node):
                node, line = node[part], node.lines[part]
            else:
                break
        return line, path_of(tuple(part for part in location if part != "[key]"))


def _syntax_error(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        line = error.problem_mark.line + 1
        written = text.splitlines()[line - 1 : line]
        if written and "\t" in written[0][: len(written[0]) - len(written[0].lstrip())]:
            return line, "a tab stands at the beginning of the line; use spaces"
        context = f" {error.context}" if error.context else ""
        return line, f"is not YAML: {error.problem}{context}"
    position = getattr(error, "position", 0)
    return text.count("\n", 0, position) + 1, f"is not YAML: {getattr(error, 'reason', error)}"
