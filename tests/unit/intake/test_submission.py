"""What a panel may submit, and that all faults come at once."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.intake.faults import FAULTS, FaultyError
from connector.intake.submission import LARGEST_FILE, Submission, file_name, read
from tests.builders import T0, default_policy
from tests.unit.intake.reports import ADA, report, request

POLICY = default_policy()


def faults(body: Any, *, complete: bool = False) -> list[tuple[str, str]]:
    """Pointer and code of each."""
    with pytest.raises(FaultyError) as caught:
        read(body, ADA, POLICY, T0, complete=complete)
    return [(fault.pointer, fault.code) for fault in caught.value.faults]


def test_all_faults_come_at_once() -> None:
    body = report(
        externalId="",
        relatedEntity={"id": "SVC-1003"},
        description=None,
        impact="bad",
        issueStartDate="yesterday",
        ipAddresses=["10.0.0.1", "10.0.0.999"],
        attachments=[{"name": "a.txt", "content": "not base64!"}],
        contact={"email": "nobody"},
    )

    assert faults(body) == [
        ("/attachments/0/content", "file_content"),
        ("/contact/email", "email"),
        ("/description", "required"),
        ("/externalId", "empty"),
        ("/impact", "choice"),
        ("/ipAddresses/1", "address"),
        ("/issueStartDate", "time"),
        ("/relatedEntity/id", "foreign_service"),
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"relatedEntity": {"id": "SVC-9999"}}, ("/relatedEntity/id", "unknown_service")),
        ({"relatedEntity": "SVC-1005"}, ("/relatedEntity", "type")),
        ({"issueStartDate": "2026-11-23T10:40:00"}, ("/issueStartDate", "time")),
        ({"issueStartDate": 1_795_000_000}, ("/issueStartDate", "time")),
        ({"issueStartDate": "2026-11-23T12:00:00Z"}, ("/issueStartDate", "future")),
        ({"issueStartDate": "0001-01-01T00:00:00+14:00"}, ("/issueStartDate", "time")),
        ({"issueStartDate": "0026-11-23T10:40:00Z"}, ("/issueStartDate", "time")),
        ({"ipAddresses": ["fe80::1%a\nImpact: x"]}, ("/ipAddresses/0", "address")),
        ({"contact": {"name": "a\rb"}}, ("/contact/name", "control_characters")),
        ({"description": "  \n "}, ("/description", "empty")),
        ({"description": "a\u0000b"}, ("/description", "control_characters")),
        ({"description": "x" * 20_001}, ("/description", "too_long")),
        ({"description": 5}, ("/description", "type")),
        ({"urgency": "HIGH"}, ("/urgency", "choice")),
        ({"circuit": "x" * 61}, ("/circuit", "too_long")),
        ({"ipAddresses": ["10.0.0.1"] * 51}, ("/ipAddresses", "too_many")),
        ({"attachments": [{"name": "a", "content": ""}] * 11}, ("/attachments", "too_many")),
        ({"contact": {"email": "eve@acme.example"}}, ("/contact/email", "foreign_contact")),
        ({"contact": {"language": "english"}}, ("/contact/language", "language")),
        ({"priority": "P1"}, ("", "unknown_member")),
        ({"externalId": "Störung 7"}, ("/externalId", "identifier")),
        ({"externalId": " 7"}, ("/externalId", "identifier")),
        ({"externalId": "a\n"}, ("/externalId", "identifier")),
    ],
)
def test_a_fault(change: dict[str, Any], expected: tuple[str, str]) -> None:
    assert faults(report(**change)) == [expected]


@pytest.mark.parametrize("body", [None, [], "x", 5, {}])
def test_what_is_no_report_has_faults(body: Any) -> None:
    assert faults(body)


def test_a_file_over_ten_megabytes() -> None:
    content = base64.b64encode(b"x" * (LARGEST_FILE + 3)).decode()

    assert faults(report(attachments=[{"name": "a.bin", "content": content}])) == [
        ("/attachments/0/content", "file_too_large")
    ]


def test_a_form_needs_what_the_policy_requires() -> None:
    assert faults(report(issueStartDate=None, impact=None), complete=True) == [
        ("/impact", "required"),
        ("/issueStartDate", "required"),
    ]
    assert read(report(issueStartDate=None, impact=None), ADA, POLICY, T0).impact is None


def test_only_foreign_things_are_forbidden() -> None:
    with pytest.raises(FaultyError) as caught:
        read(report(relatedEntity={"id": "SVC-1003"}), ADA, POLICY, T0)
    assert caught.value.is_forbidden
    with pytest.raises(FaultyError) as caught:
        read(report(relatedEntity={"id": "SVC-1003"}, impact="x"), ADA, POLICY, T0)
    assert not caught.value.is_forbidden


def test_services_that_the_panel_does_not_name_are_foreign() -> None:
    only = ADA.model_copy(update={"service_ids": frozenset({"svc-1006"})})

    with pytest.raises(FaultyError, match="foreign_service"):
        read(report(), only, POLICY, T0)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda v: st.lists(v) | st.dictionaries(st.text(), v)
    )
)
def test_no_sentence_repeats_what_was_sent(value: Any) -> None:
    body = {"externalId": value, "contact": value, "ipAddresses": [value], "attachments": [value], "impact": value}
    with pytest.raises(FaultyError) as caught:
        read(body, ADA, POLICY, T0)
    for fault in caught.value.faults:
        plain = fault.sentence
        for name, shown in fault.values:
            plain = plain.replace(shown, f"{{{name}}}")
        assert plain == FAULTS[fault.code]


def test_the_digest_is_that_of_what_is_said() -> None:
    first = read(report(), ADA, POLICY, T0)
    reordered = json.loads(json.dumps(dict(reversed(report(issueStartDate="2026-11-23T09:40:00Z").items()))))

    assert read(reordered, ADA, POLICY, T0).digest == first.digest
    assert read(report(urgency="low"), ADA, POLICY, T0).digest != first.digest


def test_the_request_holds_what_was_stated() -> None:
    made = request(attachments=[{"name": "../../etc/trace.txt", "content": "aGk="}], ipAddresses=["10.0.0.1/32"])

    assert made.fields["service_id"] == "SVC-1005"
    assert made.fields["problem_start"] == datetime(2026, 11, 23, 9, 40, tzinfo=UTC)
    assert made.fields["ip_addresses"] == "10.0.0.1"
    assert made.title == "The line to Hamburg is dead."
    assert "Start of the problem: 2026-11-23 09:40:00 UTC" in made.text
    assert (made.contact.email, made.contact.organization) == ("ada@harbour.example", "Harbour Bank")
    assert [file.name for file in made.files] == ["trace.txt"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("C:\\temp\\a.txt", "a.txt"),
        ("/etc/passwd", "passwd"),
        ("..", "file"),
        ("a\u202egnp.exe", "agnp.exe"),
        (" . ", "file"),
    ],
)
def test_names_of_files_are_names(name: str, kept: str) -> None:
    assert file_name(name) == kept


def test_the_schema_tells_every_member() -> None:
    schema = Submission.model_json_schema()
    assert set(report()) <= set(schema["properties"])
