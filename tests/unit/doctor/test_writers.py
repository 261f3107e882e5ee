"""What else writes on a helpdesk is named with what it does to us, in the rules' own terms."""

from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from connector.doctor.context import Examination
from connector.doctor.finding import CheckStatus, Observation
from connector.doctor.writers import SECTION, OtherWriter, checks, observed
from connector.domain.fields import CATALOGUE
from connector.domain.labels import LABELS
from connector.helpdesks.errors import ForbiddenError, NotFoundError


def examined(writers: Any) -> Observation:
    def listed(_: Examination) -> Iterator[OtherWriter]:
        yield from writers() if callable(writers) else writers

    (check,) = checks({"triggers": listed}, lambda _: LABELS, "settings")
    assert (check.name, check.needs) == (f"{SECTION}triggers", ("settings",))
    return check.look(cast(Examination, SimpleNamespace(TITLE="Zammad")))


def test_each_has_a_line_of_its_own_with_all_that_it_does() -> None:
    seen = observed(
        [
            OtherWriter("trigger 'VIP'", ("priority", "impact")),
            OtherWriter("SLA 'Gold'", (), ["counts in place of ours"]),
        ],
        LABELS,
    )

    assert seen.verdict is CheckStatus.WARN
    first, second = seen.text.split("\n")
    assert first.startswith("trigger 'VIP': sets the priority: the matrix sets its own again")
    assert "sets Impact: that counts as support's word" in first
    assert second == "SLA 'Gold': counts in place of ours"


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ("priority", "the matrix sets its own again"),
        ("group", "where the rules end"),
        ("state", "the clocks stand"),
        ("service_id", "support's word"),
        ("escalation_request", "as on a wish of support's"),
        ("root_cause", "as stated by support"),
        ("escalation_level", "which only the rules write"),
    ],
)
def test_what_follows_from_a_field_that_a_machine_sets(field: str, says: str) -> None:
    assert says in observed([OtherWriter("x", (field,))], LABELS).text


@pytest.mark.parametrize("field", [*CATALOGUE, "state"])
def test_something_follows_from_every_field_of_the_catalogue(field: str) -> None:
    assert (
        "sets" in (text := observed([OtherWriter("x", (field,))], LABELS).text) or "moves" in text or "changes" in text
    )


@pytest.mark.parametrize("writers", [[], [OtherWriter("trigger 'tags'")]], ids=["none", "one that is not about us"])
def test_what_does_nothing_to_us_is_not_named(writers: Sequence[OtherWriter]) -> None:
    assert examined(writers).verdict is CheckStatus.OK


def test_a_list_that_cannot_be_seen_is_skipped_and_one_that_is_not_there_is_none() -> None:
    def forbidden() -> Iterator[OtherWriter]:
        raise ForbiddenError("answered 403")

    def unknown() -> Iterator[OtherWriter]:
        raise NotFoundError("answered 404")

    assert examined(forbidden).verdict is CheckStatus.SKIPPED
    assert examined(unknown) == (CheckStatus.OK, "this Zammad has none", "")
