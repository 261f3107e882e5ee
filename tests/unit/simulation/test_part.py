"""A reading that broke off goes on: what the helpdesk lists as before is not read again, all else is."""

import errno
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import TicketState
from connector.simulation.cassette import CassetteError
from connector.simulation.part import Listing, Reading, opened
from tests.builders import T0, at, incident
from tests.unit.simulation.test_cassette import TICKETS

READING = Reading("https://support.example", "90 d", "abc", "1.0")
FIRST, SECOND = TICKETS
LINK: dict[str, Any] = {"id": "8", "number": "41008", "state": TicketState.OPEN, "created_by_connector": False}
LINKED = incident(id="9", number="41009", links=(LINK,))
LISTED: Mapping[str, datetime | None] = {"7": at(minutes=1), "8": at(minutes=2), "9": at(minutes=3)}


def listing(changed: Mapping[str, datetime | None] = LISTED, asked: datetime = T0) -> Listing:
    return Listing(asked, {TicketId(ticket_id): time for ticket_id, time in {**LISTED, **changed}.items()})


def begun(folder: Path, *tickets: Ticket, times: Listing | None = None) -> Path:
    """A file in which these tickets are."""
    path = folder / "past.json.gz.part"
    with opened(path, READING) as part:
        for ticket in tickets:
            part.add(ticket, times or listing())
    return path


def kept(path: Path, ticket: Ticket, times: Listing) -> Ticket | None:
    with opened(path, READING) as part:
        return part.unchanged(ticket.id, times)


def test_what_is_listed_as_before_is_there_as_it_was_read(tmp_path: Path) -> None:
    path = begun(tmp_path, FIRST, SECOND, LINKED)

    assert [kept(path, one, listing()) for one in (SECOND, LINKED, FIRST)] == [SECOND, LINKED, FIRST]
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("changed", [{"9": at(hours=1)}, {"8": at(hours=1)}, {"8": None}], ids=["itself", "link", "un"])
def test_what_has_changed_itself_or_in_what_it_shows_is_read_again(tmp_path: Path, changed: dict[str, Any]) -> None:
    path = begun(tmp_path, LINKED)

    assert kept(path, LINKED, listing()) == LINKED
    assert kept(path, LINKED, listing(changed)) is None


def test_a_link_that_comes_into_the_listing_or_leaves_it_counts_as_changed(tmp_path: Path) -> None:
    alone = Listing(T0, {TicketId("9"): LISTED["9"]})

    assert kept(begun(tmp_path, LINKED), LINKED, alone) is None
    assert kept(begun(tmp_path, LINKED, times=alone), LINKED, alone) == LINKED
    assert kept(begun(tmp_path, LINKED, times=alone), LINKED, listing()) is None


def test_what_is_listed_without_its_time_is_believed_for_a_day(tmp_path: Path) -> None:
    untimed = {"7": None}
    path = begun(tmp_path, FIRST, times=listing(untimed))

    assert kept(path, FIRST, listing(untimed, T0 + timedelta(hours=23))) == FIRST
    assert kept(path, FIRST, listing(untimed, T0 + timedelta(hours=24))) is None
    assert kept(path, FIRST, listing()) is None


def test_of_a_ticket_that_was_read_twice_the_later_counts(tmp_path: Path) -> None:
    later = FIRST.model_copy(update={"title": "Line down again"})
    begun(tmp_path, FIRST, SECOND)
    path = begun(tmp_path, later, times=listing({"7": at(hours=1)}))

    with opened(path, READING) as part:
        assert len(part) == 2
        assert part.unchanged(TicketId("7"), listing({"7": at(hours=1)})) == later
        assert part.unchanged(TicketId("7"), listing()) is None


def test_a_line_that_a_crash_cut_is_dropped_wherever_it_was_cut(tmp_path: Path) -> None:
    path = begun(tmp_path, FIRST, SECOND)
    whole = path.read_bytes()
    first, second = whole.index(b"\n") + 1, whole.index(b"\n", whole.index(b"\n") + 1) + 1

    for cut in (0, 1, first - 1, first, first + 1, second - 1, second, second + 5, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with opened(path, READING) as part:
            assert len(part) == (0 if cut < second else 1)
            part.add(SECOND, listing())
        assert kept(path, SECOND, listing()) == SECOND


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (
            {"helpdesk": "https://other.example"},
            "another helpdesk (https://support.example, now https://other.example)",
        ),
        ({"period": "30 d"}, "another period (90 d, now 30 d)"),
        ({"mapping": "def"}, "another mapping (abc, now def)"),
        ({"version": "2.0"}, "another version (1.0, now 2.0)"),
    ],
)
def test_what_was_begun_as_something_else_is_refused_and_left_alone(
    tmp_path: Path, other: dict[str, str], told: str
) -> None:
    path = begun(tmp_path, FIRST)
    before = path.read_bytes()

    with pytest.raises(CassetteError) as refused, opened(path, READING._replace(**other)):
        raise AssertionError

    assert str(refused.value).startswith(f"{path}: begun with {told}: ")
    assert path.read_bytes() == before


FOREIGN = {
    "somebody's letter": (b"Dear Sir", "nothing that this version"),
    "a letter of two lines": (b"Dear Sir,\nthanks\n", "nothing that this version"),
    "of tomorrow": (b'{"format": 2}\n', "nothing that this version"),
    "an empty line": (b"\n", "nothing that this version"),
}


@pytest.mark.parametrize(("content", "told"), FOREIGN.values(), ids=FOREIGN)
def test_a_file_that_is_none_is_named_and_left_alone(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "past.json.gz.part"
    path.write_bytes(content)

    with pytest.raises(CassetteError, match=told), opened(path, READING):
        raise AssertionError

    assert path.read_bytes() == content


@pytest.mark.parametrize("line", [b"{\n", b"[]\n", b'{"listed_at": "soon", "listed": {}, "ticket": {"id": "1"}}\n'])
def test_a_damaged_line_is_named(tmp_path: Path, line: bytes) -> None:
    path = begun(tmp_path, FIRST)
    path.write_bytes(path.read_bytes() + line)

    with pytest.raises(CassetteError) as told, opened(path, READING):
        raise AssertionError

    assert f"{path}:3: no ticket" in str(told.value)


def test_a_full_disk_names_the_file(tmp_path: Path) -> None:
    path = begun(tmp_path, FIRST)

    with pytest.raises(OSError, match="No space left") as full, opened(path, READING):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    assert full.value.filename == str(path)
    assert kept(path, FIRST, listing()) == FIRST
