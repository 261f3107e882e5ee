"""Saved tickets are those that were read, and a file that is none is named."""

import gzip
import json
from pathlib import Path

import pytest

from connector.domain.vocabulary import Actor, Impact, Priority, TicketState
from connector.simulation import cassette
from tests.builders import T0, at, changed, incident, moved, note, said

TICKETS = (
    incident(
        articles=(said("Line down"), note({"asked", "level-3"}, at(minutes=1))),
        history=(
            changed("impact", None, Impact.DEGRADATION, at(minutes=2)),
            changed("repair_due_at", None, at(hours=4), at(minutes=2), Actor.CONNECTOR),
            changed("priority", Priority.P3, Priority.P1, at(minutes=3)),
            changed("group", "a name that no mapping knows", "service_desk", at(minutes=3)),
            moved(TicketState.OPEN, TicketState.CLOSED, at(hours=1)),
        ),
    ),
    incident(number="41008", id="8"),
)


def saved(path: Path) -> Path:
    with cassette.recorder(path, T0) as recorder:
        for ticket in TICKETS:
            recorder.add(ticket)
    return path


def test_there_and_back_with_the_types_of_all_values(tmp_path: Path) -> None:
    at_, tickets = cassette.read(saved(tmp_path / "past.json.gz"))
    back = tuple(tickets)

    assert at_ == T0
    assert back == TICKETS
    assert [type(change.new) for change in back[0].history] == [type(change.new) for change in TICKETS[0].history]


def test_equal_tickets_make_an_equal_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    one, other = saved(tmp_path / "one"), saved(tmp_path / "other")

    assert one.read_bytes() == other.read_bytes()
    assert one.stat().st_mode & 0o077 == 0


def test_marks_stand_in_one_order_whatever_process_writes_them(tmp_path: Path) -> None:
    names = [f"level-{level}" for level in range(1, 9)]
    marked = incident(articles=(note(set(names)),))
    with cassette.recorder(tmp_path / "past.json.gz", T0) as recorder:
        recorder.add(marked)

    saved_ticket = json.loads(gzip.decompress((tmp_path / "past.json.gz").read_bytes()).splitlines()[1])
    assert saved_ticket["articles"][0]["marks"] == cassette.as_data(marked)["articles"][0]["marks"] == names


def test_a_reading_that_breaks_off_leaves_the_old_file(tmp_path: Path) -> None:
    path = saved(tmp_path / "past.json.gz")
    before = path.read_bytes()

    with pytest.raises(KeyboardInterrupt), cassette.recorder(path, T0):
        raise KeyboardInterrupt

    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


HEAD = json.dumps({"format": 1, "saved_at": T0.isoformat()}) + "\n"


BROKEN = {
    "no gzip": (b"no gzip", "cut off or damaged"),
    "cut off": (gzip.compress(HEAD.encode() * 99)[:30], "cut off or damaged"),
    "empty": (gzip.compress(b""), "no tickets that this version"),
    "a list": (gzip.compress(b"[]\n"), "no tickets that this version"),
    "of tomorrow": (gzip.compress(b'{"format": 2}\n'), "no tickets that this version"),
    "without a zone": (gzip.compress(b'{"format": 1, "saved_at": "2026-11-23"}\n'), ":1: saved_at"),
    "half a line": (gzip.compress(f"{HEAD}{{\n".encode()), ":2: no JSON"),
    "half a ticket": (gzip.compress(f'{HEAD}{{"id": "1"}}\n'.encode()), ":2: "),
    "no ticket": (gzip.compress(f"{HEAD}[]\n".encode()), ":2: "),
}


@pytest.mark.parametrize(("content", "said_of_it"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_cannot_be_used_is_named_with_the_line(tmp_path: Path, content: bytes, said_of_it: str) -> None:
    path = tmp_path / "past.json.gz"
    path.write_bytes(content)

    with pytest.raises(cassette.CassetteError) as told:
        list(cassette.read(path)[1])

    assert str(path) in str(told.value)
    assert said_of_it in str(told.value)
