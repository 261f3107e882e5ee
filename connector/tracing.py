"""Traces by OpenTelemetry, where it is installed (the extra ``telemetry``) and its own variables ask for them.

What can be set is said by OpenTelemetry and read by its SDK ("Environment Variable Specification"). A span says what
was done, to which ticket, how long it took and how it ended, and never a text, an address of a person or a secret:
whoever sees traces need not be allowed to see tickets. A caller's trace context is neither read nor handed on. Traces
are never in the way of work: whatever is wrong with them is a line of the log.
"""

import logging
import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

import structlog

from connector import __version__

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Tracer

log = structlog.get_logger("interspace")

_INSTALL = "pip install --require-hashes --requirement requirements-telemetry.lock"
_PROTOCOLS = {"http/protobuf": "otlp_proto_http", "grpc": "otlp_proto_grpc"}

_FLUSH_S = 3.0
"""How long the end of a process waits for its last spans: less than a supervisor leaves after the longest work."""

_QUIET_S = 300.0
"""The SDK's complaints of one kind are said so often at most: each batch that gets lost has several."""

_PLAIN = re.compile(r"OTEL_\w+|spans|Span")
_CHANGING = re.compile(r"(?<=/)(?!(?:v\d|[a-z]+(?:_[a-z]+)*|[a-z]+(?:[A-Z][a-z]+)+)(?:/|$))(?!(?<=/api/)\d/)[^/]+")
"""A part of a path that is neither a name of an interface nor its version."""
_PLACEHOLDER = re.compile(r"%(?:\.\d)?[sdrf]")

_tracer: "Tracer | None" = None


class UnusableError(Exception):
    """No traces can be made as the variables say. The text names the variable at fault."""


class Span:
    """Something that takes time, as a context. This one is recorded nowhere: there are no traces."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """An error is named by its class; its text may quote a ticket."""

    def say(self, name: str, value: str | int) -> None:
        """One more attribute."""

    def failed(self, error: str) -> None:
        """It has not done what it should; ``error`` is a class of errors or a status."""


class _Recorded(Span):
    def __init__(self, tracer: "Tracer", name: str, kind: str, attributes: Mapping[str, str | int]) -> None:
        from opentelemetry import trace

        # What the SDK would record of an error by itself are its text and its traceback.
        told: Any = {"attributes": attributes, "record_exception": False, "set_status_on_exception": False}
        self._span = tracer.start_span(name, kind=trace.SpanKind[kind], **told)

    def __enter__(self) -> Self:
        from opentelemetry import context, trace

        self._token = context.attach(trace.set_span_in_context(self._span))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        from opentelemetry import context

        if kind is not None:
            self.failed(kind.__name__)
        context.detach(self._token)
        self._span.end()

    def say(self, name: str, value: str | int) -> None:
        self._span.set_attribute(name, value)

    def failed(self, error: str) -> None:
        from opentelemetry.trace import StatusCode

        self._span.set_attribute("error.type", error)
        self._span.set_status(StatusCode.ERROR)


_NONE = Span()


def span(
    name: str, kind: Literal["INTERNAL", "SERVER", "CONSUMER", "PRODUCER"] = "INTERNAL", **attributes: str | int
) -> Span:
    """A span of our own. The attributes get the prefix ``interspace.``: ids and names of ours, nothing else."""
    if _tracer is None:
        return _NONE
    return _Recorded(_tracer, name, kind, {f"interspace.{name}": value for name, value in attributes.items()})


def request(method: str, path: str, host: str) -> Span:
    """A request to a helpdesk; ``path`` may be anything that follows ``host`` (OpenTelemetry, "Semantic conventions for
    HTTP client spans")."""
    if _tracer is None:
        return _NONE
    template = template_of(path)
    told = {"http.request.method": method, "server.address": host, "url.template": template}
    return _Recorded(_tracer, f"{method} {template}", "CLIENT", told)


def template_of(path: str) -> str:
    """The path without its query, and with ``{}`` for each part that an interface does not have by itself: ids, keys,
    names, whatever a person has written."""
    return _CHANGING.sub("{}", path.partition("?")[0])


def start(part: str) -> Callable[[], object]:
    """From now on this process tells of its spans, if the variables ask for that. Call it after any fork. ``part`` is
    ``receiver`` or ``worker``. Returns what ends it; at the end of the process that happens by itself.

    Without OpenTelemetry, or with a variable that cannot be followed, one line of the log says so, and there are none.
    """
    global _tracer  # noqa: PLW0603 - one for each process, as the variables of the environment are
    end: Callable[[], object] = lambda: None  # noqa: E731 - there is nothing to end yet
    if not (names := _asked_for(os.environ)):
        return end
    try:
        provider = _provider(part, [_exporter(name) for name in names])
    except ImportError:
        log.warning(f"there are no traces: OpenTelemetry is not installed: {_INSTALL}")
    except Exception as error:  # noqa: BLE001 - an exporter may be anybody's, and none may keep work from beginning
        why = str(error) if isinstance(error, UnusableError) else f"OTEL_…: {type(error).__name__}: {error}"
        log.warning("there are no traces: OpenTelemetry cannot be used as its variables say", cause=why)
    else:
        _tracer = provider.get_tracer("interspace", __version__)
        end = _end_in_time(provider)
    return end


def _asked_for(environment: Mapping[str, str]) -> list[str]:
    """The names of the exporters. An empty variable is one that is not set, as everywhere in OpenTelemetry."""
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return []
    if named := environment.get("OTEL_TRACES_EXPORTER", "").strip():
        return [name for one in named.split(",") if (name := one.strip()) and name != "none"]
    endpoints = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
    return ["otlp"] if any(environment.get(name, "").strip() for name in endpoints) else []


def _exporter(name: str) -> "SpanExporter":
    """The exporter of this name, set up by its own variables.

    :raises ImportError: OpenTelemetry is not installed.
    :raises UnusableError: this exporter is not.
    """
    from importlib.metadata import entry_points

    import opentelemetry.sdk.trace.export  # noqa: F401 - whether it is there

    _hear_complaints()
    variable, wanted = "OTEL_TRACES_EXPORTER", name
    if name == "otlp":
        of_all = "OTEL_EXPORTER_OTLP_PROTOCOL"
        variable = (
            "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL" if os.environ.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") else of_all
        )
        protocol = os.environ.get(variable, "").strip() or "http/protobuf"
        wanted = _PROTOCOLS.get(protocol, protocol)
    found = next(iter(entry_points(group="opentelemetry_traces_exporter", name=wanted)), None)
    if found is None:
        raise UnusableError(f"{variable}: {wanted!r} is not installed")
    made: SpanExporter = found.load()()
    return made


def _provider(part: str, exporters: "list[SpanExporter]") -> "TracerProvider":
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    # What the operator says of the service stands above what we say of it.
    ours = {"service.name": "interspace", "service.version": __version__, "interspace.part": part}
    resource = Resource.create({**ours, **OTELResourceDetector().detect().attributes})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    for exporter in exporters:
        provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def _end_in_time(provider: "TracerProvider") -> Callable[[], object]:
    """At the end of the process, forked or not, its last spans go out; after three seconds those left are lost. The
    SDK itself would wait for half a minute."""
    from multiprocessing.util import Finalize

    asked, done = threading.Event(), threading.Event()

    def end() -> None:
        asked.wait()
        provider.shutdown()
        done.set()

    # It stands ready from the beginning: at the end of a process no thread can be started any more.
    threading.Thread(target=end, name="traces", daemon=True).start()

    def finish() -> None:
        asked.set()
        done.wait(_FLUSH_S)

    return Finalize(None, finish, exitpriority=0)


def _hear_complaints() -> None:
    """What the SDK says of lost spans and odd variables becomes lines of our log."""
    logger = logging.getLogger("opentelemetry")
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(_Complaints(logging.WARNING))


class _Complaints(logging.Handler):
    """Values in a message may be a header with a token, or an address: only numbers and names of variables are said."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self._said = dict[str, float]()

    def emit(self, record: logging.LogRecord) -> None:
        text, now = str(record.msg), time.monotonic()
        if now < self._said.get(text, -_QUIET_S) + _QUIET_S:
            return
        self._said[text] = now
        values = iter(record.args if isinstance(record.args, tuple) else ())
        said = _PLACEHOLDER.sub(lambda _: _harmless(next(values, None)), text)
        log.warning("traces: OpenTelemetry complains", cause=said, said_again_after_s=int(_QUIET_S))


def _harmless(value: object) -> str:
    if isinstance(value, int | float):
        return f"{value:g}"
    if isinstance(value, BaseException):
        return type(value).__name__
    return value if isinstance(value, str) and _PLAIN.fullmatch(value) else "…"
