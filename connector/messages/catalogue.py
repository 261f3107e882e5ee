"""All messages, ready to be rendered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from connector.domain.messages import Audience
from connector.messages.samples import COMMON, Kinds, names, nothing, samples
from connector.messages.template import MessageError, Template, compile_template
from connector.messages.words import Language, Reader


class Rendered(NamedTuple):
    """A message as people get it."""

    subject: str
    body: str


@dataclass(frozen=True)
class Message:
    """One message in one language, as its file says it."""

    name: str
    language: Language
    audience: Audience
    file: str
    """For errors."""
    description: str
    kinds: Kinds
    """Its own data; :data:`COMMON` comes with every message."""
    subject: str
    subject_line: int
    body: str
    body_line: int
    """Lines of the file at which the parts begin."""

    def render(self, data: Mapping[str, Any], reader: Reader) -> Rendered:
        """The message with ``data``; optional data may be left out.

        :raises MessageError: the data is not what the message declares.
        """
        subject, body = self._templates
        known = {**self._nothing, **data}
        return Rendered(" ".join(subject.render(known, reader).split()), body.render(known, reader))

    def problems(self, kinds: Kinds) -> Iterator[MessageError]:
        """What is wrong with the templates if they get data of ``kinds``; lines are those of the file."""
        everything = next(samples({**COMMON, **kinds}))
        for source, first in ((self.subject, self.subject_line), (self.body, self.body_line)):
            try:
                compile_template(source, names(everything), check=True).render(everything, Reader(self.language))
                template = compile_template(source, names(everything))
                for data in samples({**COMMON, **kinds}):
                    template.render(data, Reader(self.language))
            except MessageError as error:
                yield MessageError(first + max(error.line, 1) - 1, str(error))

    @cached_property
    def _templates(self) -> tuple[Template, Template]:
        known = names({**COMMON, **self.kinds})
        return compile_template(self.subject, known), compile_template(self.body, known)

    @cached_property
    def _nothing(self) -> dict[str, Any]:
        return nothing({**COMMON, **self.kinds})


@dataclass(frozen=True)
class MessageCatalogue:
    """Every message by language and name. Templates are compiled when they are first used, and kept."""

    messages: Mapping[tuple[Language, str], Message]
    version: str
    """A short hash of all texts."""

    def message(self, name: str, language: Language) -> Message:
        """The message in this language; what customers get is there in English only.

        :raises KeyError: there is no such message.
        """
        return self.messages.get((language, name)) or self.messages[Language.EN, name]

    def render(self, name: str, data: Mapping[str, Any], reader: Reader) -> Rendered:
        """The message for a reader. ``data`` holds what the message declares, and :data:`COMMON`."""
        return self.message(name, reader.language).render(data, reader)
