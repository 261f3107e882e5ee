"""The catalogue of fields: complete, without contradictions, and the same as what the rules can write."""

from collections import Counter
from datetime import datetime
from enum import StrEnum

import pytest

from connector.domain.field import SetBy
from connector.domain.fields import CATALOGUE, CUSTOM, INTAKE, NATIVE, Fields, fit, set_by
from connector.domain.labels import LABELS
from connector.rules.text.labels import _key


def test_every_value_of_a_ticket_is_in_the_catalogue() -> None:
    assert list(CATALOGUE) == list(Fields.model_fields)
    assert sorted((*CUSTOM, *NATIVE)) == sorted(CATALOGUE)


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_field_is_fully_described(name: str) -> None:
    field = CATALOGUE[name]
    assert field.name == name
    assert field.label
    assert field.help.endswith((".", "?"))
    assert field.kind in (str, int, bool, datetime) or issubclass(field.kind, StrEnum)
    assert [*field.choices] == [*getattr(field.kind, "__members__", {}).values()]
    assert all(field.choices.values())
    assert (field.length > 0) == (field.kind is str and name != "group")
    assert bool(field.words) == (field.set_by is SetBy.CUSTOMER)


def test_no_two_fields_have_the_same_label_or_word() -> None:
    assert max(Counter(field.label.casefold() for field in CATALOGUE.values()).values()) == 1
    said = [{_key(word) for word in (field.label, *field.words)} for field in CATALOGUE.values() if field.words]
    assert sum(map(len, said)) == len(set().union(*said))


def test_who_may_set_what() -> None:
    """P20: what customers may state or ask for is listed here a second time, because it is a promise."""
    assert set(INTAKE) == {
        "service_id", "problem_start", "short_description", "impact", "urgency", "circuit_id", "fault_type",
        "test_results", "ip_addresses",
    }  # fmt: skip
    assert set(set_by(SetBy.REQUEST)) == {"escalation_request", "rfo_requested", "deferral_customer"}
    assert set(set_by(SetBy.SUPPORT)) == {
        *("rfo_summary", "rfo_trigger", "rfo_detection", "rfo_resolution", "corrective_measures"),
        *("preventive_measures", "third_party_reference", "rfo_revision", "rfo_release", "rfo_decline_reason"),
        "deferral_support",
        "parent_incident",
        "parent_update",
        "problem_state",
        "root_cause",
        "cause_category",
        "workaround",
        "permanent_fix",
        "no_fix_reason",
        "change_reference",
        "fix_due",
        "review_on",
        "affected_services",
        "priority_source",
        "duplicate",
        "duplicate_of",
        "language",
    }
    assert set(NATIVE) == {"priority", "group"}


def test_the_guides_own_german_labels_are_known() -> None:
    """R15–R22, as the customer guide prints them."""
    printed = {
        "Service-ID": "service_id",
        "Startzeit des Problems": "problem_start",
        "Eine kurze Beschreibung des Problems": "short_description",
        "Auswirkung": "impact",
        "Prioritätsstufe": "urgency",
        "Circuit-ID": "circuit_id",
        "Intermittierendes Problem oder permanenter Fehler": "fault_type",
        "Verfügbare Testergebnisse/Protokolle": "test_results",
        "IP-Adresse": "ip_addresses",
    }
    for label, name in printed.items():
        assert _key(label) in {_key(word) for word in (CATALOGUE[name].label, *CATALOGUE[name].words)}, label


def test_a_text_that_is_too_long_ends_at_a_word() -> None:
    text = "packet loss " * 30
    held = fit("short_description", text)
    assert len(held) <= CATALOGUE["short_description"].length
    assert held.endswith((" packet…", " loss…"))
    assert fit("short_description", "no light") == "no light"
    assert len(fit("short_description", "x" * 300)) == CATALOGUE["short_description"].length


def test_labels_name_fields_and_what_is_chosen() -> None:
    assert LABELS["priority_source"] == "Priority decided by"
    assert LABELS["state"] == "State"
    assert LABELS.choice("priority_source", "matrix") == "Matrix"
    assert LABELS.choice("service_id", "SVC-1001") == "SVC-1001"
    with pytest.raises(KeyError):
        LABELS["title"]
