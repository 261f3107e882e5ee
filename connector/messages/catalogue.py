"""All messages, ready to be rendered."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from connector.domain.messages import MESSAGES, Audience
from connector.messages.samples import COMMON, MESSAGES_WITHIN, Kinds, names, nothing, samples, with_texts
from connector.messages.template import STRANGER, MessageError, Template, compile_template, try_template
from connector.messages.words import Language, Reader, plain

Part = tuple[str, Mapping[str, Any]]
"""The name of a message and its own data."""


class Rendered(NamedTuple):
    """A message as people get it."""

    subject: str
    body: str

    def __str__(self) -> str:
        return f"Subject: {self.subject}\n\n{self.body}" if self.subject else self.body


class Failure(NamedTuple):
    """A text that did not fit its data, so that others took its place."""

    name: str
    file: str
    error: str


_WORD = re.compile(r"\w+")

_report: ContextVar[Callable[[Failure], None]] = ContextVar("_report", default=lambda _: None)


@contextmanager
def failures_told_to(report: Callable[[Failure], None]) -> Iterator[None]:
    """Within this context, and in this thread."""
    token = _report.set(report)
    try:
        yield
    finally:
        _report.reset(token)


@dataclass(frozen=True, eq=False)
class Message:
    """One message in one language, as its file says it."""

    name: str
    language: Language
    audience: Audience
    file: str
    """For errors."""
    description: str
    kinds: Kinds
    """Its own data."""
    subject: str
    subject_line: int
    body: str
    body_line: int
    """Lines of the file at which the parts begin."""
    instead: "Message | None" = None
    """What this one replaces, and what stands in for it where it fails."""

    def render(self, data: Mapping[str, Any], reader: Reader) -> Rendered:
        """The message with ``data``; optional data may be left out.

        No text stops what the rules have decided: where one does not fit its data, the shipped one is said instead, and
        where there is none the data alone, which is told to whoever listens (:func:`failures_told_to`).

        :raises ValueError: there is data that the message does not declare.
        """
        if not self._names.issuperset(data):
            raise ValueError(f"{self.name} declares no data {', '.join(sorted(data.keys() - self._names))}")
        try:
            return self._rendered({**self._nothing, **data}, reader)
        except MessageError as error:
            _report.get()(Failure(self.name, self.file, str(error)))
        if self.instead is not None:
            return self.instead.render(data, reader)
        own = {name: value for name, value in data.items() if name not in names(COMMON)}
        title = self.name.replace("_", " ").capitalize()
        return Rendered(title if self.subject else "", self._shaped(plain(own, reader) or title))

    def _rendered(self, data: Mapping[str, Any], reader: Reader) -> Rendered:
        subject, body = self._templates
        # Much of what the rules render has no subject; those of notes, and a last line without data, are often alike.
        title = " ".join(subject.render_again(data, reader).split()) if self.subject else ""
        text = body.render(data, reader) if self.kinds else body.render_again(data, reader)
        return Rendered(title, self._shaped(text))

    def _shaped(self, body: str) -> str:
        """Most fields of helpdesks hold one line, whatever a file of texts says."""
        return " ".join(body.split()) if self.audience is Audience.FIELD else body

    @cached_property
    def problems(self) -> tuple[MessageError, ...]:
        """What is wrong with the templates, found with sample data; lines are those of the file."""
        return tuple(self._tried())

    def _tried(self) -> Iterator[MessageError]:
        tried = list(samples(self.all_kinds))
        strangers = [with_texts(data, self.all_kinds, (STRANGER + "{}").format) for data in tried]
        pairs = zip(tried, strangers, strict=True)
        theirs = {name for data, changed in pairs for name in data if data[name] != changed[name]}
        for source, first in ((self.subject, self.subject_line), (self.body, self.body_line)):
            try:
                if source:
                    heard = source is self.body and theirs.intersection(_WORD.findall(source))
                    try_template(source, tried, Reader(self.language), strangers if heard else ())
            except MessageError as error:
                yield MessageError(first + max(error.line, 1) - 1, str(error))

    @cached_property
    def _templates(self) -> tuple[Template, Template]:
        return compile_template(self.subject, self._names), compile_template(self.body, self._names)

    @cached_property
    def _names(self) -> frozenset[str]:
        return names(self.all_kinds)

    @cached_property
    def _nothing(self) -> dict[str, Any]:
        return nothing(self.all_kinds)

    @property
    def all_kinds(self) -> Kinds:
        """:data:`COMMON` comes with every message but those in fields, which say the same on every ticket."""
        return self.kinds if self.audience is Audience.FIELD else {**COMMON, **self.kinds}


@dataclass(frozen=True)
class MessageCatalogue:
    """Every message by language and name. Templates are compiled when they are first used, and kept."""

    messages: Mapping[tuple[Language, str], Message]
    version: str
    """A short hash of all texts."""

    def message(self, language: Language, name: str) -> Message:
        """The message in this language; what customers get is there in English only.

        :raises KeyError: there is no such message.
        """
        return self.messages.get((language, name)) or self.messages[Language.EN, name]

    def render(self, name: str, data: Mapping[str, Any], reader: Reader) -> Rendered:
        """The message for a reader. ``data`` holds what the message declares, and :data:`COMMON`."""
        return self.message(reader.language, name).render(data, reader)

    def every_text(self, name: str, reader: Reader) -> Iterator[Rendered]:
        """Each text that a message becomes with sample data, once; first the fullest. Customers get letters."""
        common = next(samples(COMMON))
        within = {text: self.render(said, data, reader).body for text, (said, data) in MESSAGES_WITHIN.items()}
        kinds = self.message(Language.EN, name).kinds
        seen = set()
        in_field = MESSAGES[name] is Audience.FIELD
        for sample in samples(kinds):
            data = with_texts(sample, kinds, lambda text: within.get(text, text))
            text = self.render(name, data if in_field else {**common, **data}, reader)
            if text not in seen:
                seen.add(text)
                is_letter = text.subject and MESSAGES[name] is Audience.CUSTOMER
                yield self.letter([(name, data)], common, reader) if is_letter else text

    def letter(self, parts: Sequence[Part], common: Mapping[str, Any], reader: Reader) -> Rendered:
        """One message to the customer about all ``parts``, with its opening and closing.

        ``common`` is :data:`COMMON`.
        """
        texts = [self.render(name, {**common, **data}, reader) for name, data in parts]
        opening, closing = (self.render(name, common, reader) for name in ("letter_opening", "letter_closing"))
        return Rendered(texts[0].subject, "\n\n".join(text.body for text in (opening, *texts, closing)))

    def note(
        self, parts: Sequence[Part], common: Mapping[str, Any], reader: Reader, page: str | None = None
    ) -> Rendered:
        """One internal note about all ``parts``, each under its subject where there are several. ``page``: where the
        rules explain themselves."""
        texts = [self.render(name, {**common, **data}, reader) for name, data in parts]
        closing = self.render("note_closing", {**common, **({"page": page} if page else {})}, reader).body
        bodies = [text.body if len(texts) == 1 else f"{text.subject}\n{text.body}" for text in texts]
        subject = "; ".join(dict.fromkeys(text.subject for text in texts))
        return Rendered(subject, "\n\n".join((*bodies, closing)))
