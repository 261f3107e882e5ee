"""One message as a template: a small part of Jinja2, in which data is never markup.

A template may print its data, choose and repeat; it can neither call anything nor load, include or define anything.
What is printed is put on one line, so that a stranger's words begin no line of ours.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from types import TracebackType
from typing import Any, NamedTuple

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError, nodes, pass_context
from jinja2 import Template as Compiled
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from connector.domain.spelling import no_such
from connector.messages import words
from connector.messages.every_part import EveryPart
from connector.messages.words import Reader

READER = "reader"
"""The name under which filters find the reader; no data may have it."""

STRANGER, _NUMBER = "\ue000", "\ue001"
"""Marks in a text that is tried: where a stranger's words begin; both sides of a line's number."""

_STRANGERS_LINE = re.compile(rf"^[ \t]*(?:{_NUMBER}\d+{_NUMBER}[ \t]*)*{_NUMBER}(\d+){_NUMBER}{STRANGER}", re.MULTILINE)

_ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.CondExpr, nodes.Concat),
    *(nodes.Name, nodes.Getattr, nodes.Const, nodes.List, nodes.Tuple, nodes.Filter, nodes.Test),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not),
)
_REFUSED = {nodes.Call: "a call", nodes.Getitem: "an index", nodes.BinExpr: "arithmetic", nodes.Stmt: "this {% … %}"}
_BUILT_IN = frozenset({"join", "upper", "lower", "length", "first", "last"})
_LOOPS = 2
"""A list, and a list of each of its entries."""
_OF_LOOPS = ("first", "last", "index", "index0", "revindex", "revindex0", "length")
_EMPTY_LINES = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")


class MessageError(Exception):
    """A template cannot be used. ``line`` is that of the template, from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class Template(NamedTuple):
    """A compiled template."""

    compiled: Compiled
    uses: tuple[str, ...]
    """The data that it looks at."""

    def render_again(self, data: Mapping[str, Any], reader: Reader) -> str:
        """As :meth:`render`, remembered: for what many tickets say alike."""
        values = tuple([data[name] for name in self.uses])
        try:
            return _remembered(self, values, reader)
        except TypeError:  # data with lists is no key
            return self.render(data, reader)

    def render(self, data: Mapping[str, Any], reader: Reader) -> str:
        """The text without empty lines at its ends, and never more than one empty line within.

        :raises MessageError: data does not fit the template; for one that was checked and data as declared, never.
        """
        try:
            text = self.compiled.render(data, **{READER: reader})
        except Exception as error:  # a template calls filters, which raise what they like
            raise MessageError(_line_of(error.__traceback__), _said(error)) from error
        return _EMPTY_LINES.sub("\n\n", text).strip()


@lru_cache(maxsize=1_024)
def _remembered(template: Template, values: tuple[Any, ...], reader: Reader) -> str:
    return template.render(dict(zip(template.uses, values, strict=True)), reader)


def compile_template(source: str, names: Iterable[str]) -> Template:
    """The template whose data has ``names``.

    :raises MessageError: it does not parse, does more than print, choose and repeat, or uses a name it does not get.
    """
    names = frozenset(names)
    return _compiled(_checked(_parsed(source), names), _environment(strict=False), names)


def try_template(
    source: str, samples: Sequence[Mapping[str, Any]], reader: Reader, strangers: Sequence[Mapping[str, Any]] = ()
) -> None:
    """Renders the template with each sample, and with the first one every part, whatever the conditions say.

    The first sample has everything that can be there. Here printing nothing (``None``) is an error; in use it is no
    text. ``strangers`` are the samples again with texts that begin with :data:`STRANGER`, or nothing where no text of a
    stranger's is printed.

    :raises MessageError: as :func:`compile_template`, or a sample does not fit, or a line of the text begins with a
        stranger's text, and could pass for a line of ours.
    """
    if "{" not in source:  # nothing to parse, and nothing is printed
        return
    environment = _environment(strict=True)
    tree = _checked(_parsed(source), samples[0])
    alternatives = _alternatives(tree)
    whole = _compiled(_Numbered().visit(tree), environment)
    trials = [(whole, place) for place in range(len(samples))]
    for alternative in alternatives:
        parts = EveryPart(alternative).visit(_Numbered().visit(_parsed(source)))
        trials.append((_compiled(parts, environment), 0))
    for template, place in trials:
        template.render(samples[place], reader)
    texts = (template.render(strangers[place], reader) for template, place in trials if strangers)
    if begin := next(filter(None, map(_STRANGERS_LINE.search, texts)), None):
        wrong = "a line begins with what a stranger may have written; put words of yours before it"
        raise MessageError(int(begin[1]), wrong)


def _alternatives(tree: nodes.Template) -> tuple[int, ...]:
    """With which alternatives every part has to be rendered: with none where a sample goes through all of it."""
    if next(tree.find_all((nodes.Or, nodes.CondExpr)), None) is not None:
        return (0, -1)
    return (0,) if next(tree.find_all((nodes.If, nodes.For, nodes.And, nodes.Compare)), None) is not None else ()


def _compiled(tree: nodes.Template, environment: "_Environment", names: frozenset[str] = frozenset()) -> Template:
    tree.set_environment(environment)
    uses = tuple(sorted({node.name for node in tree.find_all(nodes.Name) if node.name in names})) if names else ()
    code = environment.compile(tree, filename=_FILE)
    return Template(Compiled.from_code(environment, code, {}), uses)


def _parsed(source: str) -> nodes.Template:
    """The syntax tree. An inline ``if`` without an ``else`` prints nothing otherwise."""
    environment = _environment(strict=False)
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError as error:
        raise _unclosed(source, environment) or MessageError(error.lineno, error.message or "cannot be read") from error
    for node in tree.find_all(nodes.CondExpr):
        if node.expr2 is None:
            node.expr2 = nodes.Const("", lineno=node.lineno)
    return tree


def _checked(tree: nodes.Template, names: Iterable[str]) -> nodes.Template:
    """The tree, if it does nothing but print, choose and repeat."""
    environment = _environment(strict=False)
    if (loop := _too_deep(tree, _LOOPS)) is not None:
        raise MessageError(loop.lineno, f"loops may be nested {_LOOPS} deep: what is longer takes too long to write")
    known = {*names, *(node.name for node in tree.find_all(nodes.Name) if node.ctx != "load"), "loop"}
    for node in tree.find_all(nodes.Node):
        wrong = ""
        if not isinstance(node, _ALLOWED):
            kind = next((words for refused, words in _REFUSED.items() if isinstance(node, refused)), "this")
            wrong = f"{kind} has no place in a message: it prints its data, with filters, if and for"
        elif isinstance(node, nodes.Name) and node.name not in known:
            wrong = no_such("data", node.name, known)
        elif isinstance(node, nodes.Filter) and node.name not in environment.filters:
            wrong = no_such("filter", node.name, environment.filters)
        elif isinstance(node, nodes.Test) and node.name not in environment.tests:
            wrong = no_such("test", node.name, environment.tests)
        if wrong:
            raise MessageError(node.lineno, wrong)
    return tree


def _too_deep(node: nodes.Node, loops: int) -> nodes.Node | None:
    """The first loop within so many others: each multiplies the work of a text by the length of a list."""
    if isinstance(node, nodes.For):
        if not loops:
            return node
        loops -= 1
    return next(filter(None, (_too_deep(part, loops) for part in node.iter_child_nodes())), None)


def _unclosed(source: str, environment: "_Environment") -> MessageError | None:
    """The ``if`` or ``for`` that another end, or the end of the message, finds open: Jinja names the place of that."""
    opened: list[tuple[int, str]] = []
    previous = ""
    try:
        for line, kind, word in environment.lex(source):
            if previous == "block_begin" and word in ("if", "for"):
                opened.append((line, word))
            elif previous == "block_begin" and word in ("endif", "endfor") and opened:
                if f"end{opened[-1][1]}" != word:
                    break
                opened.pop()
            previous = previous if kind == "whitespace" else kind
    except TemplateSyntaxError:
        return None
    if not opened:
        return None
    line, word = opened[-1]
    return MessageError(line, f"{{% {word} … %}} is not closed by {{% end{word} %}}")


_FILE = "<message>"


class _Environment(ImmutableSandboxedEnvironment):
    """Names no globals, and only the filters of this module and a few of Jinja's."""

    def __init__(self, *, strict: bool) -> None:
        super().__init__(
            autoescape=False,
            undefined=_Missing if strict else StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_never_nothing if strict else _on_one_line,
        )
        self.globals.clear()
        own = {"time": _time, "duration": _duration, "label": _label, "choice": _choice, "person": _person}
        kept = {name: self.filters[name] for name in _BUILT_IN}
        self.filters = {**kept, **own, "sentence": _sentence}
        self.tests = {**self.tests, "macro": _is_macro}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Records have the names that the message declares, and loops a few; nothing else has any."""
        if isinstance(obj, LoopContext) and attribute in _OF_LOOPS:
            return super().getattr(obj, attribute)
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        raise UndefinedError(no_such("data", attribute, obj if isinstance(obj, Mapping) else ()))


class _Missing(StrictUndefined):
    """In a trial it is an error to look at what is not there, whether it is used or not."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._fail_with_undefined_error()


@cache
def _environment(*, strict: bool) -> _Environment:
    return _Environment(strict=strict)


class _Numbered(NodeTransformer):
    """What is printed has the line before it on which it stands in the template."""

    def visit_Output(self, node: nodes.Output, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802 - so the library calls it
        node.nodes = [
            each
            for part in node.nodes
            for each in (
                (part,)
                if isinstance(part, nodes.TemplateData)
                else (nodes.Const(f"{_NUMBER}{part.lineno}{_NUMBER}", lineno=part.lineno), part)
            )
        ]
        return node


def _on_one_line(value: object) -> str:
    """What a template prints: a text or a number."""
    if value is None:
        return ""
    if isinstance(value, (str, int, StrictUndefined)):
        return " ".join(str(value).split())
    raise TypeError(f"{type(value).__name__} needs a filter: time, duration or join")


def _never_nothing(value: object) -> str:
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
def _choice(context: Context, value: object, field: str = "") -> str:
    return words.choice(value, _reader(context), field)


@pass_context
def _person(context: Context, who: Any) -> str:
    return words.person(who, _reader(context))


@pass_context
def _is_macro(context: Context, name: str) -> bool:
    """Whether agents can click it on this helpdesk."""
    return name in _reader(context).labels.macros


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
