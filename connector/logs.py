"""Structured logs: one line per event, for people or for machines, never with a secret (P21)."""

import logging
import sys
from collections.abc import Callable, Iterable, Sequence
from textwrap import indent

import structlog
from structlog.typing import EventDict, WrappedLogger

from connector.settings import Settings, secret_names

_HIDDEN = "[secret]"
_Hide = Callable[[WrappedLogger, str, EventDict], EventDict]


def configure(settings: Settings) -> None:
    """Log to standard error as the settings say. Texts cannot forge lines: control characters are escaped."""
    secrets = secret_texts(settings)
    hide = _hide(secrets)
    for_people = [
        _readable,
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_plain_traceback),
    ]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            hide,
            *(for_people if settings.log_format == "human" else [_json(secrets)]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log_level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )


def secret_texts(settings: Settings) -> tuple[str, ...]:
    """Every secret of the settings, as it could turn up in a text."""
    values = (settings.value(name) for name in secret_names() - {"database_url"})
    texts = {line.strip() for value in values if value for line in value.get_secret_value().splitlines()}
    password = settings.database_url.get_secret_value().partition("://")[2].rpartition("@")[0].partition(":")[2]
    return tuple(sorted(text for text in texts | {password} if text))


def _hide(secrets: Iterable[str]) -> _Hide:
    """The last safeguard: no code should log a secret, but a foreign library's error text may hold one."""
    hidden = tuple(secrets)

    def processor(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        return {key: _cleaned(value, hidden) for key, value in event.items()}

    return processor


def _json(secrets: Sequence[str]) -> structlog.typing.Processor:
    """A line as JSON. What is no text in the event becomes one only there, and may hold a secret, too."""
    render = structlog.processors.JSONRenderer(ensure_ascii=False)

    def processor(logger: WrappedLogger, method: str, event: EventDict) -> str:
        line = str(render(logger, method, event))
        for secret in secrets:
            line = line.replace(secret, _HIDDEN)
        return line

    return processor


def _cleaned(value: object, hidden: tuple[str, ...]) -> object:
    if isinstance(value, dict):
        return {_cleaned(key, hidden): _cleaned(item, hidden) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item, hidden) for item in value]
    if not isinstance(value, str):
        return value
    for secret in hidden:
        value = value.replace(secret, _HIDDEN)
    return harmless(value)


def harmless(text: str) -> str:
    """A stranger's text for a terminal or a log: what could move the cursor or recolour it is shown as an escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)


def _readable(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """A line for people: of a table only its keys (the whole is in the JSON format), and the text of an exception
    indented: it has lines of its own and may quote a ticket, and none of them may look like a log line."""
    event = {key: ", ".join(map(str, value)) if isinstance(value, dict) else value for key, value in event.items()}
    if "exception" in event:
        event["exception"] = indent(str(event["exception"]), "    ", lambda line: True)
    return event


def _plain_traceback(stream: object, exception: object) -> None:
    raise AssertionError("format_exc_info has turned exceptions into text already")
