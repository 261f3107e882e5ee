"""From a template and its values to an answer, with the headers that a page in a panel's frame needs."""

from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Response, request
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from connector.domain.document import File
from connector.intake.identity import FormSession, open_session

from ..pages import guarded
from . import words
from .language import LANGUAGES, Language, preferred
from .sources import Sources

_TEMPLATES = Path(__file__).parents[1] / "templates" / "form"

_SAID = {
    "expired": (
        "This page has been open for too long",
        "For your safety it is not good any more. Please open it again from your control panel.",
    ),
    "used": (
        "This page was opened already",
        "For your safety it can be opened once. Please open it again from your control panel.",
    ),
    "invalid": ("This page cannot be opened", "Please open it again from your control panel."),
    "unknown": ("There is no such ticket", "Perhaps it is not yours, or it is not there any more."),
    "busy": ("We cannot answer now", "Please try again in a moment. Nothing was sent."),
    "too_many": ("Too many requests", "Please wait a minute and try again. Nothing was sent."),
    "too_large": ("Your files are too large", "Please send fewer or smaller files. Nothing was sent."),
    "link": ("This link is not good any more", "It is not complete, or the question was answered otherwise."),
}
"""Why → heading and what to do."""


class PageError(Exception):
    """Something that a reader is told by a page of its own."""

    def __init__(self, status: HTTPStatus, why: str, session: FormSession | None = None) -> None:
        super().__init__(why)
        self.status = status
        self.why = why
        self.session = session


def texts() -> list[str]:
    """What these pages say, for the catalogues."""
    return [text for pair in _SAID.values() for text in pair]


class Pages:
    """The pages of one receiver."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def show(
        self,
        template: str,
        session: FormSession,
        language: Language,
        status: HTTPStatus = HTTPStatus.OK,
        **values: Any,
    ) -> Response:
        """A page for somebody who is known; the session goes on in it."""
        now = self._sources.now()
        held = open_session(
            session.panel, session.caller.model_copy(update={"language": language.code}), now, session.report
        )
        return self._page(template, language, status, session.panel.origins, session=held, **values)

    def entrance(self) -> Response:
        """Nobody is known yet: any panel may show it."""
        origins = tuple(origin for panel in self._sources.reports.panels() for origin in panel.origins)
        return self._page("entrance.html", self._readers(), HTTPStatus.OK, origins)

    def alone(self, template: str, status: HTTPStatus = HTTPStatus.OK, **values: Any) -> Response:
        """A page that stands in no frame, opened from a letter."""
        return self._page(template, self._readers(), status, (), **values)

    def error(self, error: PageError) -> Response:
        """What has to be told instead."""
        heading, line = _SAID[error.why]
        language = self._readers()
        origins = tuple(origin for panel in self._sources.reports.panels() for origin in panel.origins)
        values = {"heading": language(heading), "lines": [language(line)], "kind": "bad"}
        return self._page("message.html", language, error.status, origins, **values)

    def said(self, heading: str, line: str, kind: str) -> Response:
        """A page without a frame that says one thing."""
        language = self._readers()
        return self._page("message.html", language, HTTPStatus.OK, (), heading=heading, lines=[line], kind=kind)

    def file(self, file: File) -> Response:
        """A file to be kept."""
        response = guarded(Response(file.content, content_type=file.media_type))
        response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
        return response

    def _readers(self) -> Language:
        # A form that could not be read must not be read again.
        read = request.form if "form" in vars(request) else {}
        wanted = read.get("lang") or request.args.get("lang")
        return preferred([wanted] if wanted else request.accept_languages.values())

    def _page(
        self, template: str, language: Language, status: HTTPStatus, origins: tuple[str, ...], **values: Any
    ) -> Response:
        shown = {
            "provider": self._sources.policy().letterhead.provider.name,
            "all_languages": LANGUAGES,
            "language": language,
            "_": language,
            "names": {control: language(name) for control, name in words.LABELS.items()},
            **values,
        }
        text = _environment().get_template(template).render(shown)
        response = Response(text, status=status.value, content_type="text/html; charset=utf-8")
        response.content_language.add(language.code)
        return guarded(response, framed_by=origins)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
