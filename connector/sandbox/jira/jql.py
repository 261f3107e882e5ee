"""Reading JQL: the words of a query as a tree. What the fields mean is told by `matching.py`."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from connector.sandbox.jira.errors import JiraError

_TOKEN = re.compile(r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<mark>!=|!~|>=|<=|[=~><(),])
    |(?P<word>[^\s=!~><(),"']+))""", re.VERBOSE)  # fmt: skip
_OPERATORS = frozenset({"=", "!=", "~", "!~", ">", ">=", "<", "<="})
_EMPTY = frozenset({"empty", "null"})


class Token(NamedTuple):
    """A word, a quoted text or a mark."""

    text: str
    kind: str

    def says(self, *words: str) -> bool:
        """Whether it is one of these unquoted words or marks."""
        return self.kind != "text" and self.text.lower() in words


class Value(NamedTuple):
    """What a field is compared with: a text, a function such as `currentUser()`, or EMPTY."""

    text: str
    kind: str = "text"


@dataclass
class Clause:
    """One comparison."""

    field: str
    operator: str
    values: list[Value]


@dataclass
class Group:
    """Parts joined by `and` or `or`; `not` has one part."""

    word: str
    parts: list["Clause | Group"]


@dataclass
class Query:
    """A whole query; no condition means everything."""

    condition: Clause | Group | None
    order: list[tuple[str, bool]] = field(default_factory=list)
    """Fields to sort by, and whether the largest comes first."""


def parse(text: str) -> Query:
    """The query.

    Raises JiraError 400 where Jira cannot read it either.
    """
    return _Parser(_tokens(text)).query()


def _tokens(text: str) -> list[Token]:
    found, position, end = [], 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            raise _unreadable(text[position : position + 20])
        kind = str(match.lastgroup)
        word = match.group(kind)
        found.append(Token(re.sub(r"\\(.)", r"\1", word[1:-1]) if kind == "text" else word, kind))
        position = match.end()
    return found


def _unreadable(near: str) -> JiraError:
    return JiraError(400, f"Error in the JQL Query: the character or word '{near}' cannot be read here.")


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._position = 0

    def query(self) -> Query:
        condition = None if self._at_end() or self._next_says("order") else self._any()
        query = Query(condition)
        if self._take("order"):
            self._expect("by")
            query.order.append(self._sorting())
            while self._take(","):
                query.order.append(self._sorting())
        if not self._at_end():
            raise _unreadable(self._tokens[self._position].text)
        return query

    def _sorting(self) -> tuple[str, bool]:
        name = self._pop().text
        descending = self._take("desc")
        if not descending:
            self._take("asc")
        return name, descending

    def _any(self) -> Clause | Group:
        parts = [self._all()]
        while self._take("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Group("or", parts)

    def _all(self) -> Clause | Group:
        parts = [self._one()]
        while self._take("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Group("and", parts)

    def _one(self) -> Clause | Group:
        if self._take("not"):
            return Group("not", [self._one()])
        if self._take("("):
            inner = self._any()
            self._expect(")")
            return inner
        return self._clause()

    def _clause(self) -> Clause:
        name = self._pop()
        if name.kind == "mark":
            raise _unreadable(name.text)
        operator = self._pop().text.lower()
        if operator in _OPERATORS:
            return Clause(name.text, operator, [self._value()])
        if operator == "is":
            operator = "is not" if self._take("not") else "is"
            return Clause(name.text, operator, [self._value()])
        if operator == "not":
            self._expect("in")
            return Clause(name.text, "not in", self._values())
        if operator == "in":
            return Clause(name.text, "in", self._values())
        raise _unreadable(operator)

    def _values(self) -> list[Value]:
        self._expect("(")
        found = [self._value()]
        while self._take(","):
            found.append(self._value())
        self._expect(")")
        return found

    def _value(self) -> Value:
        token = self._pop()
        if token.kind == "mark":
            raise _unreadable(token.text)
        if token.kind == "word" and token.text.lower() in _EMPTY:
            return Value("", "empty")
        if token.kind == "word" and self._take("("):
            self._expect(")")
            return Value(token.text, "function")
        return Value(token.text)

    def _at_end(self) -> bool:
        return self._position >= len(self._tokens)

    def _next_says(self, *words: str) -> bool:
        return not self._at_end() and self._tokens[self._position].says(*words)

    def _take(self, word: str) -> bool:
        if not self._next_says(word):
            return False
        self._position += 1
        return True

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise _unreadable(self._tokens[self._position].text if not self._at_end() else "the end")

    def _pop(self) -> Token:
        if self._at_end():
            raise _unreadable("the end")
        self._position += 1
        return self._tokens[self._position - 1]
