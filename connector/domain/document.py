"""A document for a customer: what it says as values, long before it is a PDF. The same values, the same file."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ConfigDict

from connector.domain.model import Instant, Model


class Document(Model):
    """What a template of ``mappings/documents`` is filled with. Every text in it is text, whoever wrote it."""

    template: Literal["rfo", "matrix", "report"]
    name: str
    """Of the file, with its ending."""
    title: str
    dated: Instant
    """The date that the file bears as its own."""
    content: Mapping[str, Any]
    """Texts, numbers, yes or no, lists and records of these, by the names that the template uses."""


class File(Model):
    """A file as it is attached to a message."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64")

    name: str
    media_type: str
    content: bytes
