"""Reading JQL: a query as lark's tree, and its comparisons. What the fields mean is told by `matching.py`."""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from lark import Lark, Token, Tree, UnexpectedInput

from connector.sandbox.jira.errors import JiraError

Condition = Tree[Token]
_WORD = r"""[^\s=!~><(),"']"""
_KEYWORDS = ("_AND", "_OR", "NOT", "IS", "IN", "_ORDER", "_BY", "_ASC", "DESC", "EMPTY", "NULL")
_GRAMMAR = rf"""
query: any? (_ORDER _BY sorting ("," sorting)*)?
sorting: _name (DESC | _ASC)?
?any: all (_OR all)*
?all: _one (_AND _one)*
_one: not | "(" any ")" | clause
not: NOT _one
clause: _name (OPERATOR value | IS NOT? value | NOT? IN "(" value ("," value)* ")")
value: _name | EMPTY | NULL | WORD "(" ")" -> function
_name: WORD | QUOTED
OPERATOR: /!=|!~|>=|<=|[=~><]/
QUOTED: /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/
WORD: /{_WORD}+/
{"".join(f"{word}.1: /{word.strip('_')}(?!{_WORD})/i{chr(10)}" for word in _KEYWORDS)}
%ignore /\s+/
"""


class Value(NamedTuple):
    """What a field is compared with: a text, a function such as `currentUser()`, or EMPTY."""

    text: str
    kind: str = "text"


class Clause(NamedTuple):
    """One comparison."""

    field: str
    operator: str
    values: list[Value]


class Query(NamedTuple):
    """A whole query: its condition, a tree of *any*, *all*, *not* and *clause* (none means everything), and the fields
    to sort by with whether the largest comes first."""

    condition: Condition | None
    order: list[tuple[str, bool]]


def parse(text: str) -> Query:
    """The query. Raises JiraError 400 where Jira cannot read it either."""
    try:
        return _parsed(text)
    except UnexpectedInput as wrong:
        near = text[wrong.pos_in_stream or 0 :][:20]
        raise JiraError(400, f"Error in the JQL Query: the character or word '{near}' cannot be read here.") from None


def clause(tree: Condition) -> Clause:
    """The comparison that a *clause* of the tree says."""
    name, *rest = tree.children
    words = [str(part).lower() for part in rest if isinstance(part, Token)]
    return Clause(_text(name), " ".join(words), [_value(part) for part in rest if isinstance(part, Tree)])


def _value(tree: Condition) -> Value:
    [token] = tree.children
    if isinstance(token, Token) and token.type in {"EMPTY", "NULL"}:
        return Value("", "empty")
    return Value(_text(token), "function" if tree.data == "function" else "text")


def _text(token: Token | Condition) -> str:
    is_quoted = isinstance(token, Token) and token.type == "QUOTED"
    return re.sub(r"\\(.)", r"\1", str(token)[1:-1]) if is_quoted else str(token)


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Query:
    parts = [part for part in _parser().parse(text).children if isinstance(part, Tree)]
    order = [(_text(part.children[0]), len(part.children) > 1) for part in parts if part.data == "sorting"]
    return Query(next((part for part in parts if part.data != "sorting"), None), order)


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, start="query", parser="lalr")
