"""Figures for Prometheus: what was received, done, repaired and given up.

Labels hold only words that this program chooses: never a ticket, a person, a text or a secret (P21). Every function
may be called from any thread and costs a few microseconds.

The library is loaded with the first figure. By its environment it decides then whether the processes of a receiver
count together (``together``), and a short command does not pay for it.
"""

import os
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from connector.domain.decision import Decision
from connector.domain.mark import Mark

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
    from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""The media type of the text that ``exposition`` returns."""

_DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


# Receiver


def accepted(sender: str, what: str = "due") -> None:
    """A delivery was answered 202. ``what`` became of it: ``due``, ``ignored`` or ``unknown``."""
    _figures().accepted.labels(sender, what).inc()


def refused(sender: str, status: int) -> None:
    """A request was refused with this HTTP status."""
    _figures().refused.labels(sender, status).inc()


# Worker


def reconciled(helpdesk: str, decision: Decision, seconds: float) -> None:
    """A ticket was brought to where the rules want it. The decision says what was written."""
    figures = _figures()
    figures.reconciles.labels(helpdesk, "unchanged" if decision.writes_nothing else "changed").inc()
    figures.seconds.labels(helpdesk).observe(seconds)
    if decision.changes or decision.note or decision.state:
        figures.writes.labels(helpdesk).inc()
    if decision.note is not None:
        figures.notes.labels(helpdesk, "public" if decision.note.public else "internal").inc()
        _proved(figures, helpdesk, decision.note.marks)


def failed(helpdesk: str, final: bool) -> None:
    """A reconcile failed; ``final``: the ticket became a dead letter."""
    _figures().reconciles.labels(helpdesk, "dead_letter" if final else "failed").inc()


def text_failed(name: str) -> None:
    """A message's text did not fit its data, and another was said instead (P16)."""
    _figures().failed_texts.labels(name).inc()


def paused(helpdesk: str) -> None:
    """The helpdesk is left alone for a while."""
    _figures().pauses.labels(helpdesk).inc()


def at_a_time(helpdesk: str, tickets: int) -> None:
    """So many tickets may be worked on at the same time now, by how quickly the helpdesk answers."""
    _figures().at_a_time.labels(helpdesk).set(tickets)


def swept(helpdesk: str, missed: int) -> None:
    """A sweep has ended and found so many changes that no webhook had told of (P7)."""
    figures = _figures()
    figures.sweeps.labels(helpdesk).inc()
    figures.missed.labels(helpdesk).inc(missed)


def detail_refused(helpdesk: str, detail: str) -> None:
    """The helpdesk did not take a detail of a write: a field by its name, ``state``, ``message`` or ``new``."""
    _figures().refused_details.labels(helpdesk, detail).inc()


def state_unknown(helpdesk: str) -> None:
    """A ticket is in a state that the mapping does not name."""
    _figures().unknown_states.labels(helpdesk).inc()


def vanished(helpdesk: str) -> None:
    """A ticket for which something was planned is gone, hidden, or where the rules do not hold."""
    _figures().vanished.labels(helpdesk).inc()


def policy_reload(ok: bool) -> None:
    """The policy was read again: it went live, or the old one stays (P16)."""
    _figures().policy_reloads.labels("ok" if ok else "failed").inc()


def out_of_scope(helpdesk: str) -> None:
    """A ticket was looked at that is none of the rules' business (R2)."""
    _figures().out_of_scope.labels(helpdesk).inc()


def exposed(helpdesk: str) -> None:
    """An internal note came back public, and all work was stopped."""
    _figures().exposed.labels(helpdesk).inc()


def held_back(helpdesk: str) -> None:
    """A new policy was not applied to the open tickets, because it would change too many of them (P15)."""
    _figures().held_back.labels(helpdesk).inc()


def told(helpdesk: str, outcome: str) -> None:
    """A receiver outside of the helpdesk was ``told`` of an event, the delivery ``failed`` or was ``given_up``."""
    _figures().told.labels(helpdesk, outcome).inc()


# Exposition


def exposition(rows: "Collector") -> bytes:
    """The figures of ``rows``, of this process and of those that count together with it, in Prometheus's text form."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    table = CollectorRegistry()
    table.register(rows)
    counted = _figures().registry
    if _DIRECTORY in os.environ:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]  # the library has no types here
    return generate_latest(counted) + generate_latest(table)


def serve(host: str, port: int, rows: "Collector") -> None:
    """Show these figures and those of ``rows`` over HTTP until it ends, to whoever asks.

    Raises ``OSError`` if nothing can listen there.
    """
    from prometheus_client import ProcessCollector, start_http_server

    registry = _figures().registry
    ProcessCollector(registry=registry)
    registry.register(rows)
    start_http_server(port, host, registry)


@contextmanager
def together() -> Iterator[None]:
    """The processes that are started in this context count together.

    Enter it before the first figure. A process that dies leaves its counts behind.

    Raises ``OSError`` if there is no temporary directory that can be written.
    """
    directory = tempfile.mkdtemp(prefix="interspace-metrics-")
    os.environ[_DIRECTORY] = directory
    try:
        yield
    finally:
        del os.environ[_DIRECTORY]
        shutil.rmtree(directory, ignore_errors=True)


@dataclass(frozen=True)
class _Figures:
    registry: "CollectorRegistry"
    accepted: "Counter"
    refused: "Counter"
    reconciles: "Counter"
    seconds: "Histogram"
    writes: "Counter"
    notes: "Counter"
    levels: "Counter"
    contested: "Counter"
    missed_updates: "Counter"
    warnings: "Counter"
    repairs: "Counter"
    failed_texts: "Counter"
    pauses: "Counter"
    sweeps: "Counter"
    missed: "Counter"
    refused_details: "Counter"
    unknown_states: "Counter"
    vanished: "Counter"
    policy_reloads: "Counter"
    held_back: "Counter"
    exposed: "Counter"
    out_of_scope: "Counter"
    told: "Counter"
    at_a_time: "Gauge"


_lock = threading.Lock()


def _figures() -> _Figures:
    # Two threads that come first together must not both make them.
    with _lock:
        return _made()


@cache
def _made() -> _Figures:
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

    registry = CollectorRegistry()

    def counter(name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"interspace_{name}", meaning, labels, registry=registry)

    return _Figures(
        registry=registry,
        accepted=counter("webhooks_accepted", "Deliveries answered 202.", "sender", "what"),
        refused=counter("webhooks_refused", "Requests refused.", "sender", "status"),
        reconciles=counter("reconciles", "Tickets looked at, by what became of it.", "helpdesk", "outcome"),
        seconds=Histogram(
            "interspace_reconcile_seconds",
            "Length of one reconcile.",
            ("helpdesk",),
            registry=registry,
            buckets=_SECONDS,
        ),
        writes=counter("writes", "Tickets written to.", "helpdesk"),
        notes=counter("notes", "Messages on tickets.", "helpdesk", "visibility"),
        levels=counter("escalation_levels", "Escalation levels that fired.", "helpdesk", "level"),
        contested=counter("contested_fields", "Fields left alone because somebody resets them.", "helpdesk"),
        missed_updates=counter("missed_updates", "Customer updates that were not in time.", "helpdesk"),
        warnings=counter("warnings", "Warnings before a limit.", "helpdesk", "limit"),
        repairs=counter("repairs", "Values restored after a customer had changed them.", "helpdesk"),
        failed_texts=counter("failed_texts", "Texts that did not fit, so that another was said.", "message"),
        pauses=counter("helpdesk_pauses", "Times the helpdesk was left alone.", "helpdesk"),
        sweeps=counter("sweeps", "Sweeps.", "helpdesk"),
        missed=counter("missed_webhooks", "Changes that only a sweep told of.", "helpdesk"),
        refused_details=counter("refused_details", "Details that the helpdesk did not take.", "helpdesk", "detail"),
        unknown_states=counter("unknown_states", "Tickets in a state that the mapping does not name.", "helpdesk"),
        vanished=counter("vanished_tickets", "Tickets with a deadline that were not there any more.", "helpdesk"),
        policy_reloads=counter("policy_reloads", "The policy was read again.", "result"),
        out_of_scope=counter("tickets_out_of_scope", "Tickets looked at that are not the rules'.", "helpdesk"),
        told=counter("told_outside", "Deliveries of events to receivers outside.", "helpdesk", "outcome"),
        exposed=counter("notes_exposed", "An internal note that came back public: all work is stopped.", "helpdesk"),
        held_back=counter("policies_held_back", "A policy not applied to the open tickets: too many.", "helpdesk"),
        at_a_time=Gauge(
            "interspace_tickets_at_a_time",
            "Tickets that may be worked on at the same time now, by how quickly the helpdesk answers.",
            ("helpdesk",),
            registry=registry,
            multiprocess_mode="livesum",
        ),
    )


def _proved(figures: _Figures, helpdesk: str, marks: Iterable[Mark]) -> None:
    """Each mark is written once in the life of a ticket, so it counts what really happened."""
    for mark in marks:
        match mark.name:
            case "level":
                figures.levels.labels(helpdesk, mark.parts[0]).inc()
            case "contested":
                figures.contested.labels(helpdesk).inc()
            case "update-missed":
                figures.missed_updates.labels(helpdesk).inc()
            case "warned":
                figures.warnings.labels(helpdesk, mark.parts[0]).inc()
            case "repaired":
                figures.repairs.labels(helpdesk).inc()
