"""What may stand in a message and changes nothing: quotations of the ticket, words of machines, how it is written."""

from itertools import chain
from unicodedata import normalize

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.decision import Decision
from connector.domain.fields import Fields
from connector.domain.person import Customer
from connector.domain.ticket import Article
from connector.domain.vocabulary import Actor
from connector.rules.case import Case
from connector.rules.completeness import statements
from connector.rules.evaluate import evaluate
from connector.rules.spoken import spoken
from tests.builders import at, default_policy, incident, note, said
from tests.unit.rules.test_unclear import HEADERS
from tests.unit.rules.text.corpora import sentences

POLICY = default_policy()
ADA = Customer(id="5", name="Ada Example", email="ada@harbour.example")
CUSTOMERS = [
    "Please escalate this ticket to your management, nobody has called us back since this morning.",
    "Please send us an RFO for this outage as soon as the line is up again, our auditors need it.",
    "Yes, I agree to the deferral.",
    "Service ID: SVC-1005\nStart time: 2026-11-23 09:00 UTC\nImpact: service affecting\nUrgency: high",
    "Our line SVC-1005 is completely down since 2026-11-23 09:00 UTC, all branches are offline.",
]
SUPPORT = [
    "Hello,\n\nwe are working on it and will come back to you at noon. If you are not satisfied, please escalate.",
    "The fault that you reported does not affect your traffic. With your consent, we will resume work on it when our "
    "working hours begin.\n\nIs that all right with you? Please answer yes or no.",
]
NEW = ["It is still the same.", "Any news?", "Gibt es etwas Neues?", "The technician was here and left again."]
EARLIER = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(CUSTOMERS), st.just(Actor.CUSTOMER)),
        st.tuples(st.sampled_from(SUPPORT), st.just(Actor.AGENT)),
    ),
    min_size=1,
    max_size=3,
)


def read(articles: tuple[Article, ...]) -> tuple[object, object]:
    """What is heard of the last article and what it fills in."""
    ticket = incident(Fields(), title="ticket", articles=articles, customer=ADA)
    heard = spoken(ticket, POLICY)
    last = articles[-1]
    requests = [s.reading.verdict for s in chain.from_iterable(heard) if s.article is last]
    return requests, [s.said for s in statements(Case(ticket, POLICY, at(hours=3))) if s.article is last]


@given(EARLIER, st.sampled_from(NEW), st.sampled_from(sorted(HEADERS)), st.booleans(), st.data())
def test_a_quotation_of_the_ticket_under_any_header_changes_nothing(
    earlier: list[tuple[str, Actor]], new: str, client: str, marked: bool, data: st.DataObject
) -> None:
    articles = [said(text, at(minutes=minute), author) for minute, (text, author) in enumerate(earlier)]
    quoted = data.draw(st.sampled_from(earlier))[0]
    lines = "\n".join(f"> {line}" for line in quoted.split("\n")) if marked else quoted
    asked = note({"deferral-asked", "asked"}, at(minutes=30))

    plain = read((*articles, asked, said(new, at(hours=2))))
    quoting = read((*articles, asked, said(f"{new}\n\n{HEADERS[client]}\n\n{lines}", at(hours=2))))

    assert quoting == plain


WORDS = [sentence.text for sentence in sentences("requests", 2)] + CUSTOMERS
MACHINES = [
    "Automatic reply: Ticket",
    "Abwesenheitsnotiz",
    "Réponse automatique : Ticket",
    "Undelivered Mail Returned to Sender",
]


@given(st.sampled_from(WORDS), st.sampled_from(WORDS), st.sampled_from(MACHINES))
def test_what_a_machine_writes_changes_nothing(one: str, other: str, subject: str) -> None:
    first = said(CUSTOMERS[3])

    def decided(text: str) -> Decision:
        reply = said(text, at(hours=1), subject=subject)
        return evaluate(incident(Fields(), articles=(first, reply), customer=ADA), POLICY, at(hours=2))

    decisions = decided(one), decided(other)

    assert decisions[0].changes == decisions[1].changes


@given(st.sampled_from(CUSTOMERS), st.sampled_from(["NFD", "wide", "hyphens", "CRLF", "blank"]))
def test_how_the_letters_are_written_changes_no_value(text: str, way: str) -> None:
    written = {
        "NFD": normalize("NFD", text),
        "wide": text.replace("SVC-1005", "ＳＶＣ－１００５"),
        "hyphens": text.replace("SVC-1005", "SVC\N{NON-BREAKING HYPHEN}1005"),
        "CRLF": text.replace("\n", "\r\n"),
        "blank": f"\n\n{text}\n\n",
    }[way]

    assert read((said(written),)) == read((said(text),))
