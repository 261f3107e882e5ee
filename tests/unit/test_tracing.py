"""Traces: what they tell, what they never tell, and that they are never in the way of work.

Seen red: the SDK recording errors by itself, the path with its query, no limit to the end, ``propagate`` left on.
"""

import logging
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from structlog.testing import capture_logs

from connector import tracing
from connector.outgoing.courier import Courier
from connector.outgoing.post import NotDeliveredError
from connector.work.table import WorkTable
from connector.work.tellings import Telling, TellingKey
from tests.benchmarks.senders import signed_request
from tests.listener import listening
from tests.promises.conftest import COMPLETE, set_the_stage
from tests.unit.webhooks.deliveries import Ledger, client, deliver, ticket_body
from tests.unit.webhooks.receiver_process import running
from tests.waiting import wait_until

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.fixture(autouse=True)
def no_traces_before_or_after(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test starts is gone after it, and what the environment asks for does not count."""
    monkeypatch.setattr(tracing, "_tracer", None)
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)
    logger = logging.getLogger("opentelemetry")
    before = logger.handlers[:], logger.propagate
    yield
    logger.handlers, logger.propagate = before


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """What is told, kept in memory."""
    kept, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(tracing, "_tracer", provider.get_tracer("interspace"))
    return kept


def told(spans: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in spans.get_finished_spans() if span.name == name]


@pytest.mark.parametrize("helpdesk", ["zammad", "jira-cloud"])
def test_a_ticket_is_one_trace_with_its_requests_and_without_a_word_of_it(
    sqlite_url: str, spans: InMemorySpanExporter, helpdesk: str
) -> None:
    cast = set_the_stage(sqlite_url, helpdesk)
    ticket = cast.customer.writes("Xylophone line dead", COMPLETE)
    cast.stage.settle()

    first, *_ = told(spans, "reconcile")
    requests = [span for span in spans.get_finished_spans() if span.parent == first.context]
    assert dict(first.attributes or {}) == {
        "interspace.helpdesk": helpdesk.partition("-")[0],
        "interspace.ticket": ticket,
        "interspace.tries_before": 0,
        "interspace.outcome": "done",
    }
    assert first.parent is None
    assert {(span.attributes or {})["http.request.method"] for span in requests} >= {"GET"}
    assert told(spans, "sweep") or told(spans, "delivery")
    everything = " ".join(span.to_json() for span in spans.get_finished_spans())
    for word in (
        "Xylophone",
        "ada@harbour",
        "Lovelace",
        "Harbour",
        "edith",
        COMPLETE.split()[0],
        "Token",
        "Basic",
        "?",
    ):
        assert word not in everything


def test_a_delivery_tells_its_tickets_and_a_strangers_nothing(spans: InMemorySpanExporter) -> None:
    sender = client(Ledger())
    stranger = sender.post("/webhooks/zammad/main", data=ticket_body(), headers={"Content-Type": "application/json"})
    assert stranger.status_code == 401
    assert spans.get_finished_spans() == ()

    deliver(sender, ticket_body())

    (span,) = told(spans, "delivery")
    assert dict(span.attributes or {}) == {
        "interspace.helpdesk": "zammad",
        "interspace.hook": "main",
        "interspace.tickets": "17",
    }


def test_a_receiver_is_named_by_its_kind_and_an_error_by_its_class(
    sqlite_url: str, spans: InMemorySpanExporter
) -> None:
    def refuses(_: Telling) -> None:
        raise NotDeliveredError("sesame does not open")

    table = WorkTable.open(sqlite_url)
    table.tellings.add([(TellingKey("desk", "41", "level-2", "mail:ada@harbour.example"), "{}")])
    Courier(table, "desk", refuses).run_due()
    table.close()

    (span,) = told(spans, "tell")
    attributes = span.attributes or {}
    assert (attributes["interspace.receiver"], attributes["error.type"]) == ("mail", "NotDeliveredError")
    assert not span.status.is_ok
    assert "sesame" not in span.to_json()
    assert "ada" not in span.to_json()


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/api/v1/tickets/7?expand=true", "/api/v1/tickets/{}"),
        ("/api/v1/tickets/search?query=Ada", "/api/v1/tickets/search"),
        ("/rest/api/2/issue/OPS-12/comment/9", "/rest/api/2/issue/{}/comment/{}"),
        ("/rest/api/2/project/OPS/role/2/", "/rest/api/2/project/{}/role/{}/"),
        (
            "/rest/servicedeskapi/servicedesk/4/attachTemporaryFile",
            "/rest/servicedeskapi/servicedesk/{}/attachTemporaryFile",
        ),
        ("/api/v1/users/ada@harbour.example", "/api/v1/users/{}"),
        ("/api/v1/users/M%C3%BCller", "/api/v1/users/{}"),
    ],
)
def test_of_a_path_only_what_belongs_to_the_interface_is_told(path: str, template: str) -> None:
    assert tracing.template_of(path) == template


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        ({}, []),
        ({ENDPOINT: ""}, []),
        ({ENDPOINT: "http://collector:4318"}, ["otlp"]),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, ["otlp"]),
        ({"OTEL_TRACES_EXPORTER": "otlp, console"}, ["otlp", "console"]),
        ({"OTEL_TRACES_EXPORTER": "none", ENDPOINT: "http://collector:4318"}, []),
        ({"OTEL_SDK_DISABLED": "true", ENDPOINT: "http://collector:4318"}, []),
    ],
)
def test_opentelemetrys_own_variables_say_whether(environment: dict[str, str], names: list[str]) -> None:
    assert tracing._asked_for(environment) == names


def test_unless_asked_for_nothing_of_it_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("opentelemetry")]:
        monkeypatch.setitem(sys.modules, name, None)

    with capture_logs() as lines:
        tracing.start("worker")
        with tracing.span("reconcile", ticket="7") as span, tracing.request("GET", "/", "host"):
            span.say("interspace.outcome", "done")

    assert lines == []


def test_without_the_extra_one_sentence_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace.export", None)
    monkeypatch.setenv(ENDPOINT, "http://collector:4318")

    with capture_logs() as lines:
        tracing.start("worker")

    (line,) = lines
    assert line["event"].endswith("pip install --require-hashes --requirement requirements-telemetry.lock")
    assert isinstance(tracing.span("reconcile"), tracing.Span)


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER: 'zipkin' is not installed"),
        (
            {ENDPOINT: "http://collector:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            "OTEL_EXPORTER_OTLP_PROTOCOL: 'otlp_proto_grpc' is not installed",
        ),
        (
            {ENDPOINT: "http://collector:4318", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "9999"},
            "max_export_batch_size must be",
        ),
    ],
)
def test_what_cannot_be_followed_is_one_line_and_no_reason_not_to_work(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], named: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with capture_logs() as lines:
        tracing.start("worker")

    (line,) = lines
    assert named in line["cause"]


def test_a_collector_that_hangs_holds_up_neither_the_work_nor_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the end not limited, the test would take half a minute, and the SDK's thread would be through by then."""
    monkeypatch.setattr(tracing, "_FLUSH_S", 0.05)
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "8")
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4")
    asked, answer = Event(), Event()

    def hangs() -> tuple[int, dict[str, str]]:
        asked.set()
        answer.wait()
        return 200, {}

    with listening() as collector, capture_logs() as lines:
        collector.answer = hangs
        monkeypatch.setenv(ENDPOINT, collector.url)
        end = tracing.start("worker")
        try:
            for _ in range(100):
                with tracing.span("reconcile", helpdesk="zammad"):
                    pass
            assert asked.wait(60)
            end()
            assert not answer.is_set()
        finally:
            answer.set()

    assert [line["cause"] for line in lines] == ["Queue full, dropping Span."]


def test_the_sdks_complaints_are_said_once_in_a_while_and_without_a_value(caplog: pytest.LogCaptureFixture) -> None:
    with capture_logs() as lines:
        tracing._hear_complaints()
        for _ in range(100):
            logging.getLogger("opentelemetry.x").error(
                "Failed to export %s batch code: %s, reason: %s", "spans", 401, "sesame"
            )
            logging.getLogger("opentelemetry.y").warning("Header format invalid: %s", "authorization=sesame")

    assert [line["cause"] for line in lines] == [
        "Failed to export spans batch code: 401, reason: …",
        "Header format invalid: …",
    ]
    assert caplog.records == []


@pytest.mark.slow
@pytest.mark.process
def test_what_a_forked_receiver_has_done_is_told_before_it_ends(tmp_path: Path) -> None:
    with (
        listening() as collector,
        running(tmp_path, **{ENDPOINT: collector.url, "OTEL_BSP_SCHEDULE_DELAY": "3600000"}) as receiver,
    ):
        receiver.exchange(signed_request(7))
        receiver.process.send_signal(signal.SIGTERM)
        wait_until(lambda: receiver.process.poll() is not None, "the receiver has ended")

        (delivery,) = collector.got
        assert b"interspace.tickets" in delivery.body
