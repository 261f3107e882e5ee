"""Files on an issue: to the customer once, with a public comment; for support without one (P27)."""

from typing import Any

import pytest

from connector.domain.decision import MESSAGE, Note
from connector.domain.document import File
from connector.domain.mark import Mark
from connector.helpdesks.errors import HelpdeskError, RefusedError
from connector.sandbox.jira import Fault
from tests.jira_admin import attach
from tests.unit.helpdesks.jira.bench import Bench

RFO = File(name="RFO-ISP-1-1-v1.pdf", media_type="application/pdf", content=b"%PDF-1.7 \x00\xff")
LETTER = Note(
    public=True,
    title="Re: Line down",
    text="Attached.",
    marks=frozenset({Mark.parse("rfo-sent-1-1-final-7")}),
    files=(RFO,),
)


def held(bench: Bench, issue: str) -> list[tuple[str, bytes]]:
    """The files of the issue."""
    return [(file.filename, file.content) for file in bench.jira.world.issues[int(issue)].attachments]


def test_a_letter_with_a_file_is_one_public_comment_that_proves_itself(bench: Bench) -> None:
    issue = bench.reports()
    bench.desk.write(bench.read(issue), {}, LETTER, None)

    ((text, is_public),) = bench.visible(issue)
    assert is_public
    assert f"[^{RFO.name}]" in text
    assert held(bench, issue) == [(RFO.name, RFO.content)]
    assert "rfo-sent-1-1-final-7" in bench.read(issue).marks


@pytest.mark.parametrize(
    ("kind", "method", "path"),
    [
        ("refuse", "POST", "attachTemporaryFile"),
        ("lose answer", "POST", "attachTemporaryFile"),
        ("refuse", "POST", "/attachment"),
        ("lose answer", "POST", "/attachment"),
        ("refuse", "PUT", "issue"),
        ("lose answer", "PUT", "issue"),
    ],
)
def test_wherever_it_breaks_off_the_customer_gets_it_once(bench: Bench, kind: Any, method: str, path: str) -> None:
    issue = bench.reports()
    bench.jira.faults.add(Fault(kind, method, path))
    with pytest.raises(HelpdeskError):
        bench.desk.write(bench.read(issue), {}, LETTER, None)
    if not bench.read(issue).marks:
        bench.desk.write(bench.read(issue), {}, LETTER, None)

    assert len(bench.visible(issue)) == 1
    assert held(bench, issue) == [(RFO.name, RFO.content)]
    assert "rfo-sent-1-1-final-7" in bench.read(issue).marks


def test_somebody_elses_file_of_that_name_is_not_taken_for_ours(bench: Bench) -> None:
    issue = bench.reports()
    attach(bench.jira, issue, RFO.name, bench.customer, b"mine")
    bench.desk.write(bench.read(issue), {}, LETTER, None)

    assert held(bench, issue) == [(RFO.name, b"mine"), (RFO.name, RFO.content)]


def test_what_is_for_support_only_shows_in_no_portal(bench: Bench) -> None:
    issue = bench.reports()
    bench.desk.write(bench.read(issue), {}, Note(public=False, title="Line down", text="Attached.", files=(RFO,)), None)

    ((text, is_public),) = bench.visible(issue)
    assert not is_public
    assert RFO.name not in text
    assert held(bench, issue) == [(RFO.name, RFO.content)]


def test_an_issue_that_is_no_request_cannot_send_it(bench: Bench) -> None:
    issue = bench.opens()

    with pytest.raises(RefusedError) as raised:
        bench.desk.write(bench.read(issue), {}, LETTER, None)
    assert raised.value.details == {MESSAGE}
    assert bench.visible(issue) == []
