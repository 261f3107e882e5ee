"""One message as a template: a small part of Jinja2, in which data is never markup.

A template may print its data, choose and repeat; it can neither call anything nor load, include or define anything.
What is printed is put on one line, so that a stranger's words begin no line of ours.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from types import TracebackType
from typing import Any, NamedTuple

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, meta, nodes, pass_context
from jinja2 import Template as Compiled
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from connector.messages import words
from connector.messages.words import Reader

READER = "reader"
"""The name under which filters find the reader; no data may have it."""

_ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.CondExpr, nodes.Concat),
    *(nodes.Name, nodes.Getattr, nodes.Const, nodes.List, nodes.Tuple, nodes.Filter, nodes.Test),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not),
)
_BUILT_IN = frozenset({"join", "upper", "lower", "length", "first", "last"})
_EMPTY_LINES = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")


class MessageError(Exception):
    """A template cannot be used. ``line`` is that of the template, from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class Template(NamedTuple):
    """A compiled template."""

    compiled: Compiled

    def render(self, data: Mapping[str, Any], reader: Reader) -> str:
        """The text without empty lines at its ends, and never more than one empty line within.

        :raises MessageError: data does not fit the template; for one that was checked and data as declared, never.
        """
        try:
            text = self.compiled.render(data, **{READER: reader})
        except Exception as error:  # a template calls filters, which raise what they like
            raise MessageError(_line_of(error.__traceback__), _said(error)) from error
        return _EMPTY_LINES.sub("\n\n", text).strip()


def compile_template(source: str, names: frozenset[str], *, check: bool = False) -> Template:
    """The template whose data has ``names``.

    With ``check`` it is made for a trial: every branch is rendered whatever its condition says, and printing nothing
    (``None``) is an error instead of no text.

    :raises MessageError: it does not parse, does more than print, choose and repeat, or uses a name it does not get.
    """
    environment = _environment(check)
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError as error:
        raise MessageError(error.lineno, error.message or "cannot be read") from error
    _refuse_others(tree, environment)
    for name in sorted(meta.find_undeclared_variables(tree) - names):
        line = min(node.lineno for node in tree.find_all(nodes.Name) if node.name == name)
        raise MessageError(line, _unknown(name, names, "there is no data"))
    if check:
        tree = _EveryBranch().visit(tree)
    code = environment.compile(tree, filename=_FILE)
    return Template(Compiled.from_code(environment, code, dict(environment.globals)))


_FILE = "<message>"


class _Environment(ImmutableSandboxedEnvironment):
    """Names no globals, and only the filters of this module and a few of Jinja's."""

    def __init__(self, *, check: bool) -> None:
        super().__init__(
            autoescape=False,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_checked if check else _on_one_line,
        )
        self.globals.clear()
        own = {"time": _time, "duration": _duration, "label": _label, "choice": _choice, "person": _person}
        kept = {name: self.filters[name] for name in _BUILT_IN}
        self.filters = {**kept, **own, "sentence": _sentence}


@cache
def _environment(check: bool) -> _Environment:
    return _Environment(check=check)


class _EveryBranch(NodeTransformer):
    """Conditions are still computed, and then all of their branches are rendered one after the other."""

    def visit_If(self, node: nodes.If, *args: Any, **kwargs: Any) -> list[nodes.Node]:  # noqa: N802
        self.generic_visit(node)
        test = nodes.If(node.test, [], [], [], lineno=node.lineno)
        return [test, *node.body, *node.elif_, *node.else_]

    def visit_CondExpr(self, node: nodes.CondExpr, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        parts = [part for part in (node.expr1, node.expr2) if part is not None]
        return nodes.Concat(parts, lineno=node.lineno)


def _refuse_others(tree: nodes.Template, environment: _Environment) -> None:
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            raise MessageError(
                node.lineno, f"a message cannot use {type(node).__name__!r}: it prints, chooses, repeats"
            )
        if isinstance(node, nodes.Filter) and node.name not in environment.filters:
            raise MessageError(node.lineno, _unknown(node.name, environment.filters, "there is no filter"))
        if isinstance(node, nodes.Test) and node.name not in environment.tests:
            raise MessageError(node.lineno, _unknown(node.name, environment.tests, "there is no test"))


def _unknown(name: str, known: Any, what: str) -> str:
    near = get_close_matches(name, known, n=1)
    return f"{what} {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")


def _on_one_line(value: object) -> str:
    """What a template prints: a text or a number."""
    if value is None:
        return ""
    if isinstance(value, str | int | StrictUndefined):
        return " ".join(str(value).split())
    raise TypeError(f"{type(value).__name__} needs a filter: time, duration or join")


def _checked(value: object) -> str:
    if value is None:
        raise TypeError("the value may be missing here; put it into {% if … %}")
    return _on_one_line(value)


def _reader(context: Context) -> Reader:
    reader: Reader = context[READER]
    return reader


@pass_context
def _time(context: Context, at: Any) -> str:
    return words.time(at, _reader(context))


@pass_context
def _duration(context: Context, span: Any) -> str:
    return words.duration(span, _reader(context))


@pass_context
def _label(context: Context, field: Any) -> str | list[str]:
    return words.label(field, _reader(context))


@pass_context
def _choice(context: Context, value: object) -> str:
    return words.choice(value, _reader(context))


@pass_context
def _person(context: Context, who: Any) -> str:
    return words.person(who, _reader(context))


def _sentence(text: str) -> str:
    """With a capital first letter; the others stay."""
    return text[:1].upper() + text[1:]


def _line_of(trace: TracebackType | None) -> int:
    """The template's line in which an error came up."""
    line = 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == _FILE:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _said(error: Exception) -> str:
    text = (error.message if isinstance(error, TemplateError) else None) or str(error)
    return " ".join(text.split())
