"""No internal text can become public: every comment that goes to Jira says who may see it, and only public notes are
for customers. The platform's default is public, so one comment without the property would be a leak."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import connector.helpdesks.jira
from connector.domain.changes import Changes
from connector.domain.connector_key import key_of
from connector.domain.decision import NewTicket, Note
from connector.domain.mark import Mark
from connector.domain.vocabulary import Impact, Priority, RfoStatus, TicketKind, TicketState
from connector.helpdesks.errors import HelpdeskError
from connector.helpdesks.jira.markup import plain
from connector.helpdesks.jira.messages import VISIBILITY, body_of
from connector.sandbox.jira import Fault
from tests.unit.helpdesks.jira.bench import Bench, Sent

PAGE = "https://c.example/ops/jira/41?key=-a_b-c_"


def test_addresses_of_our_own_pages_are_links_and_nobody_elses_are() -> None:
    said = f"Yes, no or: {PAGE}.\nThey wrote https://evil.example/x and {PAGE[:-1]}"

    markup = body_of(Note(public=True, title="Defer?", text=said, pages=frozenset({PAGE})))

    assert markup.count(f"[{PAGE}]") == 1
    assert "https://" not in markup.replace(f"[{PAGE}]", "")
    assert plain(markup).endswith(said)
    assert PAGE not in body_of(Note(public=True, title="Defer?", text=said))


NOTES = st.builds(
    Note,
    public=st.booleans(),
    title=st.text(max_size=30),
    text=st.text(max_size=60),
    marks=st.frozensets(st.sampled_from(["level-2", "asked", "repaired-group-7"])),
)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "impact": st.sampled_from(Impact),
        "priority": st.sampled_from(Priority),
        "escalation_level": st.integers(1, 9),
        "deferral": st.text(max_size=40),
        "rfo_status": st.sampled_from(RfoStatus),
    },
)
BENCHES = {"cloud": Bench("cloud"), "datacenter": Bench("datacenter")}
"""One each for all examples: what is asked is what is sent, not what is left."""


def comments_in(value: Any) -> list[dict[str, Any]]:
    """Everything in a request that Jira would take for a comment."""
    found = []
    if isinstance(value, dict):
        for key, held in value.items():
            if key == "comment":
                found += [next(iter(one.values())) for one in held] if isinstance(held, list) else [held]
            found += comments_in(held)
    elif isinstance(value, list):
        found += [one for held in value for one in comments_in(held)]
    return found


def leaks(sent: Sent, note: Note | None) -> list[str]:
    """What is wrong with a request, as far as somebody could see too much."""
    said = comments_in(sent.body)
    wrong = [f"{sent.path} is no way to comment" for _ in [0] if re.search(r"/comment$|servicedeskapi", sent.path)]
    wrong += ["a comment without a note" for _ in said if note is None]
    for one in said:
        held = {entry["key"]: entry["value"] for entry in one.get("properties", ())}
        wanted = {"internal": not (note is not None and note.public)}
        if held.get(VISIBILITY) != wanted:
            wrong.append(f"{one} is not {wanted}")
    return wrong


@pytest.mark.parametrize("flavour", ["cloud", "datacenter"])
@given(note=st.none() | NOTES, changes=CHANGES, state=st.none() | st.sampled_from(TicketState))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_every_comment_of_every_write_says_who_may_see_it(
    flavour: str, note: Note | None, changes: Changes, state: TicketState | None
) -> None:
    bench = BENCHES[flavour]
    bench.passes(minutes=1)
    ticket = bench.read(bench.opens())

    sent = bench.requests_of(lambda: bench.desk.write(ticket, changes, note, state))

    writes = [one for one in sent if one.is_write]
    assert [leak for one in writes for leak in leaks(one, note)] == []
    assert sum(len(comments_in(one.body)) for one in writes) == (note is not None)
    told = bench.visible(ticket.id)
    assert [public for _, public in told] == ([note.public] if note else [])


def test_creating_says_nothing_in_public(bench: Bench) -> None:
    incident = bench.read(bench.opens())
    new = NewTicket(key=key_of(TicketKind.RFO_TASK, incident.id), title="RFO", text="Internal", group="rfo")

    sent = bench.requests_of(lambda: bench.desk.ensure(new, incident))

    assert [leak for one in sent if one.is_write for leak in leaks(one, None)] == []
    created = bench.jira.world.issue(bench.desk.id_of("ISP-2"))
    assert bench.visible(str(created.id)) == []
    assert created.fields["reporter"] == bench.jira.user_id("interspace-bot@sandbox.example")
    assert created.fields.get(bench.jira.world.request_type_field) is None, "it would stand in the customers' portal"


@pytest.mark.parametrize("kind", ["lose answer", "hang", "refuse"])
def test_nor_does_trouble(bench: Bench, kind: Any) -> None:
    ticket = bench.read(bench.opens())
    note = Note(public=False, title="Level 3", text="Internal", marks=frozenset({Mark.parse("level-3")}))
    bench.jira.faults.add(Fault(kind, "PUT"))
    with pytest.raises(HelpdeskError):
        bench.desk.write(ticket, {"escalation_level": 3}, note)
    bench.clock.advance(timedelta(minutes=1))
    again = bench.read(ticket.id)
    if "level-3" not in again.marks:
        bench.desk.write(again, {"escalation_level": 3}, note)

    assert [public for _, public in bench.visible(ticket.id)] == [False]
    assert [leak for one in bench.sent if one.is_write for leak in leaks(one, note)] == []


def test_there_is_one_place_where_comments_are_made() -> None:
    """Whoever adds a second way to comment has to think of this test."""
    folder = Path(str(connector.helpdesks.jira.__file__)).parent
    texts = {path.name: path.read_text() for path in folder.glob("*.py")}

    # The second writes what the customer's program has sent, nothing of ours.
    assert {name for name, text in texts.items() if '"comment": [{' in text} == {"write.py", "on_behalf.py"}
    posting = {name for name, text in texts.items() if "/comment" in text and ".post(" in text}
    # The first lists comments by their ids; the second writes what the customer has said in a panel, nothing of ours.
    assert posting == {"histories.py", "on_behalf.py"}
    assert "note" not in re.findall(r"\w+", texts["on_behalf.py"].casefold())
    assert texts["histories.py"].count(".post(") == 1
    assert [name for name, text in texts.items() if "add_comment" in text] == []
    assert texts["write.py"].count('"add": comment(note, ticket.id, self._proofs)') == 1
