"""Reading JQL: a query as a tree of comparisons. What the fields mean is told by `matching.py`."""

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, NamedTuple

from lark import Lark, Token, Transformer, UnexpectedInput, v_args

from connector.sandbox.jira.errors import JiraError

_WORD = r"""[^\s=!~><(),"']"""
_KEYWORDS = ("AND", "OR", "NOT", "IS", "IN", "ORDER", "BY", "ASC", "DESC", "EMPTY", "NULL")
_GRAMMAR = rf"""
query: any? (ORDER BY sorting ("," sorting)*)?
sorting: _name (DESC | ASC)?
?any: all (OR all)*
?all: _one (AND _one)*
_one: not_ | "(" any ")" | clause
not_: NOT _one
clause: _name (OPERATOR value | IS NOT? value | NOT? IN "(" value ("," value)* ")")
value: _name | EMPTY | NULL | WORD "(" ")" -> function
_name: WORD | QUOTED
OPERATOR: /!=|!~|>=|<=|[=~><]/
QUOTED: /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/
WORD: /{_WORD}+/
{"".join(f"{word}.1: /{word}(?!{_WORD})/i{chr(10)}" for word in _KEYWORDS)}
%ignore /\s+/
"""


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
    try:
        return _parsed(text)
    except UnexpectedInput as wrong:
        near = text[wrong.pos_in_stream or 0 :][:20]
        raise JiraError(400, f"Error in the JQL Query: the character or word '{near}' cannot be read here.") from None


@v_args(inline=True)
class _Reader(Transformer[Token, Query]):
    """Makes the values above of what the grammar finds."""

    def QUOTED(self, token: Token) -> Token:  # noqa: N802 - a name of the grammar
        return token.update(value=re.sub(r"\\(.)", r"\1", token[1:-1]))

    def query(self, *parts: Any) -> Query:
        conditions = [part for part in parts if isinstance(part, Clause | Group)]
        return Query(conditions[0] if conditions else None, [part for part in parts if isinstance(part, tuple)])

    def sorting(self, name: Token, way: Token | None = None) -> tuple[str, bool]:
        return str(name), way is not None and way.type == "DESC"

    def any(self, *parts: Any) -> Group:
        return Group("or", list(parts[::2]))

    def all(self, *parts: Any) -> Group:
        return Group("and", list(parts[::2]))

    def not_(self, _not: Token, part: Any) -> Group:
        return Group("not", [part])

    def clause(self, name: Token, *rest: Any) -> Clause:
        words = [part.lower() for part in rest if isinstance(part, Token)]
        return Clause(str(name), " ".join(words), [part for part in rest if isinstance(part, Value)])

    def value(self, token: Token) -> Value:
        return Value("", "empty") if token.type in {"EMPTY", "NULL"} else Value(str(token))

    def function(self, name: Token) -> Value:
        return Value(str(name), "function")


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Query:
    found = _parser().parse(text)
    assert isinstance(found, Query)
    return found


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, start="query", parser="lalr", transformer=_Reader())
