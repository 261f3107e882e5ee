"""Values of single fields: IDs, impact, urgency, fault type, addresses, texts."""

import tracemalloc
from datetime import UTC, datetime

import pytest

from connector.domain.vocabulary import FaultType, Impact, Urgency
from tests.unit.rules.text.reading import asked, own, question_of, read

SA, DEG, NSA = Impact.SERVICE_AFFECTING, Impact.DEGRADATION, Impact.NON_SERVICE_AFFECTING


@pytest.mark.parametrize(
    ("value", "impact"),
    [
        ("service affecting", SA),
        ("Service-affecting (loss of service)", SA),
        ("Service-beeinträchtigend", SA),
        ("total outage", SA),
        ("DOWN", SA),
        ("Ausfall", SA),
        ("degradation", DEG),
        ("Verschlechterung, hohe Latenz", DEG),
        ("non-service-affecting", NSA),
        ("non service affecting", NSA),
        ("not service affecting", NSA),
        ("Nicht-Service-beeinträchtigend", NSA),
        ("nicht service-beeinträchtigend", NSA),
        ("[ ] service affecting [x] degradation [ ] non-service affecting", DEG),
        ("no outage", None),
        ("partial outage", None),
        ("service affecting, degradation or non-service affecting", None),
        ("slow", DEG),
        ("not slow", None),
    ],
)
def test_a_labelled_impact(value: str, impact: Impact | None) -> None:
    body = f"Impact: {value}"
    assert read(body).impact is impact
    assert (question_of(body, "impact") is None) is (impact is not None)


@pytest.mark.parametrize(
    ("prose", "impact"),
    [
        ("This is service-affecting.", SA),
        ("Please note it is non-service-affecting.", NSA),
        ("Das Problem ist nicht service-beeinträchtigend.", NSA),
        ("We see a degradation on the link.", DEG),
        ("Is this service affecting?", None),
        ("Is this service affecting", None),
        ("It is not service affecting", Impact.NON_SERVICE_AFFECTING),
        ("If it becomes service-affecting we will call.", None),
        ("It was service-affecting yesterday.", None),
        ("It might be service-affecting.", None),
        ("This is service-affecting. This is a degradation.", None),
        ("Everything is down, total outage!", Impact.SERVICE_AFFECTING),
    ],
)
def test_impact_in_prose_needs_the_exact_term_as_a_fact(prose: str, impact: Impact | None) -> None:
    said = read(prose)
    assert said.impact is impact
    assert said.doubts == ()


@pytest.mark.parametrize(
    ("line", "field", "expected"),
    [
        ("Urgency: High, customers are calling", "urgency", Urgency.HIGH),
        ("Dringlichkeit: mittel", "urgency", Urgency.MEDIUM),
        ("Priorität: niedrig", "urgency", Urgency.LOW),
        ("Priority: P1", "urgency", Urgency.HIGH),
        ("Urgency: not high", "urgency", None),
        ("Fault type: intermittent", "fault_type", FaultType.INTERMITTENT),
        ("Art des Fehlers: intermittierend", "fault_type", FaultType.INTERMITTENT),
        ("Art des Fehlers: dauerhaft", "fault_type", FaultType.PERMANENT),
        ("Problem type: permanent fault", "fault_type", FaultType.PERMANENT),
        ("Problem type: intermittent, or permanent?", "fault_type", None),
    ],
)
def test_urgency_and_fault_type(line: str, field: str, expected: object) -> None:
    assert getattr(read(line), field) is expected
    assert (question_of(line, field) is None) is (expected is not None)


@pytest.mark.parametrize(
    ("body", "service_id"),
    [
        ("Service ID: svc-1001.", "svc-1001"),
        ("Service ID: <SVC-1001>", "SVC-1001"),
        ("Service ID: SVC-1001 (Berlin DC2)", "SVC-1001"),
        ("Service ID: OTHER/77", "OTHER/77"),
        ("Service: SVC-1001", "SVC-1001"),
        ("Service: down", None),
        ("Service: 24/7", None),
        ("Our SVC-1001 is down. Again: svc-1001!", "SVC-1001"),
        ("Our XSVC-1001 and SVC-1001-B are down", None),
        ("Service ID:\nSVC-1001", "SVC-1001"),
        ("Service ID:\nThanks", None),
    ],
)
def test_a_service_id(body: str, service_id: str | None) -> None:
    said = read(body)
    assert said.service_id == service_id
    assert said.doubts == ()


@pytest.mark.parametrize(
    "body",
    [
        "Service ID: SVC-1001, SVC-1002",
        "SVC-1001 or SVC-1002 is down",
        "Service ID: my internet line",
        f"Service ID: {'x' * 61}",
    ],
)
def test_a_doubtful_service_id_is_asked(body: str) -> None:
    assert read(body).service_id is None
    assert question_of(body, "service_id") is not None


@pytest.mark.parametrize(
    ("body", "addresses"),
    [
        ("IP: 192.0.2.1", "192.0.2.1"),
        ("IP-Adresse(n): 192.0.2.7/24; 2001:DB8:0::1 und 2001:db8::/32", "192.0.2.0/24, 2001:db8::1, 2001:db8::/32"),
        ("IP address: 192.0.2.1:8080", "192.0.2.1"),
        ("IP address: 192.0.2.1\nIPv6: 2001:db8::1", "192.0.2.1, 2001:db8::1"),
        ("The router 192.0.2.1 (2001:db8::1) is gone.", "192.0.2.1, 2001:db8::1"),
        ("Firmware 10.1.2.3, build 1.2.3.4.5", None),
        ("ping 8.8.8.8 fails", None),
        ("WWN 00:11:22:33:44:55:66:77 and 10:30:00 and std::cafe", None),
        ("Call https://192.0.2.1/x or 999.1.1.1", None),
    ],
)
def test_ip_addresses(body: str, addresses: str | None) -> None:
    said = read(body)
    assert said.ip_addresses == addresses
    assert said.doubts == ()


@pytest.mark.parametrize("value", ["300.1.1.1", "192.0.2.1-192.0.2.9", "see below"])
def test_a_labelled_address_that_is_wrong_is_asked(value: str) -> None:
    said = read(f"IP address: {value}")
    assert said.ip_addresses is None
    assert [doubt.field for doubt in said.doubts] == ["ip_addresses"]


def test_a_wrong_address_drops_no_other() -> None:
    assert read("IP address: 192.0.2.1, 192.0.2.1/99, 192.0.2.2").ip_addresses == "192.0.2.1, 192.0.2.2"


def test_texts_are_cut_at_their_documented_lengths() -> None:
    said = read(f"Description: {'word ' * 100}\nTest results: {'x' * 1999}\n{'y' * 1999}\n{'z' * 1999}")
    assert said.short_description is not None
    assert said.test_results is not None
    assert len(said.short_description) <= 250
    assert said.short_description.endswith("word…")
    assert len(said.test_results) == 4000


def test_a_circuit_id_is_kept_as_written_up_to_60_characters() -> None:
    assert read("Circuit ID: AB/CDEF/123456 //XY").circuit_id == "AB/CDEF/123456 //XY"
    assert question_of(f"Leitungs-ID: {'c' * 61}", "circuit_id") is not None


def test_a_word_below_an_everyday_label_is_a_service_id_up_to_60_characters() -> None:
    assert read(f"Service:\n{'1' * 60}").service_id == "1" * 60
    assert read(f"Service:\n{'1' * 61}").service_id is None


def test_control_characters_are_removed() -> None:
    assert read("Description: a\x00b\u200b\ud800c\x1b[0m").short_description == "abc[0m"


@pytest.mark.parametrize("value", ["", "-", "n/a", "unknown", "unbekannt", "_____", "???", "k.A."])
def test_an_empty_label_says_nothing(value: str) -> None:
    said = read("\n".join(f"{label}: {value}" for label in ("Service ID", "Start time", "Description", "Impact", "IP")))
    assert said == type(said)()


def test_two_different_values_for_one_field_are_asked_and_named() -> None:
    said = read("Impact: degradation\nImpact: service affecting\nUrgency: high\nDringlichkeit: hoch")
    assert said.impact is None
    assert said.urgency is Urgency.HIGH
    assert [asked(doubt) for doubt in said.doubts] == [
        "You gave more than one value for Impact: degradation / service affecting. Which one is right?"
    ]


def test_a_row_of_labels_names_the_columns_below_it() -> None:
    said = read("Service ID\tImpact\tUrgency\nSVC-1001\tdegradation\thigh")
    assert (said.service_id, said.impact, said.urgency) == ("SVC-1001", Impact.DEGRADATION, Urgency.HIGH)
    assert said.doubts == ()


def test_a_table_of_outlook_has_paragraphs_in_its_cells() -> None:
    rows = (("Service", "Start", "Impact"), ("SVC-1001", "2026-03-02 08:55 UTC", "Degradation"))
    cells = "".join(f"<tr>{''.join(f'<td><p>{cell}</p></td>' for cell in row)}</tr>" for row in rows)
    said = read(f"<p>Dear all,</p><table><tbody>{cells}</tbody></table><p>Loss</p>", is_html=True)
    assert (said.service_id, said.impact) == ("SVC-1001", Impact.DEGRADATION)
    assert said.problem_start == datetime(2026, 3, 2, 8, 55, tzinfo=UTC)


def test_many_large_messages_are_not_all_kept_in_memory() -> None:
    log = "\n".join(["\N{GRINNING FACE}" * 1_600] * 300)
    tracemalloc.start()
    try:
        for number in range(100, 112):
            body = f"Service ID: SVC-{number}\nTest results:\n{log}"
            assert read(body).service_id == f"SVC-{number}"
            assert own(body, False).startswith("Service ID")
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 10_000_000


@pytest.mark.parametrize(
    ("text", "urgency", "impact", "fault_type"),
    [
        ("Urgency high", "high", None, None),
        ("The line is slow, urgency is high.", "high", None, None),
        ("Impact is degradation and the urgency is very high because we stand.", "high", "degradation", None),
        ("2) Urgency medium", "medium", None, None),
        ("- Priority P4\n- Fault type intermittent", "low", None, "intermittent"),
        ("Dringlichkeit ist hoch, Auswirkung Verschlechterung.", "high", "degradation", None),
        ("Is the urgency high?", None, None, None),
        ("Urgency is high?", None, None, None),
        ("If the urgency is high, we will call.", None, None, None),
        ("Urgency is not high.", None, None, None),
        ("Our priority is normal operation.", None, None, None),
        ("The priority is high availability.", None, None, None),
        ("> Urgency high", None, None, None),
    ],
)
def test_a_choice_is_read_without_a_colon_too(
    text: str, urgency: str | None, impact: str | None, fault_type: str | None
) -> None:
    said = read(text)

    assert (said.urgency, said.impact, said.fault_type) == (urgency, impact, fault_type)
    assert said.doubts == ()
