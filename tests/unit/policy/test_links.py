"""Links in letters: each is about one question, and nobody makes one up."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.model import TicketId
from connector.policy.links import ConsentQuestion, Links, TicketPages
from tests.builders import T0

LINKS = Links("https://support.isp.example/", (b"new", b"old"))
ASKED = ConsentQuestion("zammad", TicketId("41"), T0 + timedelta(hours=22))


def parameter(links: Links, asked: ConsentQuestion = ASKED) -> str:
    return links.consent(asked).partition("?link=")[2]


def test_a_link_is_read_as_it_was_made() -> None:
    assert LINKS.consent(ASKED).startswith("https://support.isp.example/form/consent?link=")
    assert LINKS.read_consent(parameter(LINKS)) == ASKED


def test_a_replaced_key_still_reads_and_another_one_does_not() -> None:
    assert LINKS.read_consent(parameter(Links("https://x.example", (b"old",)))) == ASKED
    assert LINKS.read_consent(parameter(Links("https://x.example", (b"other",)))) is None


@given(st.integers(0, 200), st.characters(codec="ascii"))
def test_a_changed_link_is_none_of_ours(place: int, sign: str) -> None:
    link = parameter(LINKS)
    changed = link[: place % len(link)] + sign + link[place % len(link) + 1 :]

    assert changed == link or LINKS.read_consent(changed) is None


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    assert LINKS.read_consent(text) is None


def test_a_link_is_about_one_ticket_and_one_night() -> None:
    made = {
        parameter(LINKS, ConsentQuestion("zammad", TicketId(ticket), at)) for ticket in ("1", "2") for at in _nights()
    }

    assert len(made) == 4
    assert "new" not in repr(LINKS)


def test_the_key_of_a_tickets_page_is_good_for_that_ticket_alone() -> None:
    pages, ticket = TicketPages("https://x.example/ops/", (b"new", b"old")), TicketId("41")
    address = pages.page("jira", ticket)
    key = address.partition("?key=")[2]

    assert address.startswith("https://x.example/ops/jira/41?key=")
    assert TicketPages("", (b"next", b"new")).is_key_of("jira", ticket, key), "also while the key is being replaced"
    assert not TicketPages("", (b"other",)).is_key_of("jira", ticket, key)
    assert not pages.is_key_of("jira", TicketId("42"), key)
    assert not pages.is_key_of("zammad", ticket, key)
    assert not pages.is_key_of("jira", ticket, "")
    assert not pages.is_key_of("jira", ticket, "schlüssel")
    assert "new" not in repr(pages)


def _nights() -> list[datetime]:
    return [T0, T0 + timedelta(days=1)]
