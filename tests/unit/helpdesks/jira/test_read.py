"""What the adapter makes of an issue: who is who, what was said to whom, what changed, what is linked."""

from datetime import timedelta
from typing import Any

import pytest

from connector.domain.connector_key import key_of
from connector.domain.decision import NewTicket, Note
from connector.domain.mark import Mark
from connector.domain.model import TicketId
from connector.domain.vocabulary import Actor, Channel, Impact, Priority, TicketKind, TicketState
from connector.helpdesks import long_answer
from connector.helpdesks.errors import UnavailableError
from connector.helpdesks.jira.answer import UserRow
from connector.helpdesks.jira.organizations import Organizations
from connector.helpdesks.jira.roles import KEPT
from connector.sandbox.jira import shown
from tests.jira_admin import add_to_group, attach, give_role_to_group
from tests.unit.helpdesks.jira.bench import Bench


def note(text: str = "Something", *, public: bool = False, marks: tuple[str, ...] = ("level-2",)) -> Note:
    return Note(public=public, title="A title", text=text, marks=frozenset(map(Mark.parse, marks)))


def test_a_request_in_the_portal(bench: Bench) -> None:
    ticket = bench.read(bench.reports("Line down", "*Service ID:* SVC-1001"))

    assert (ticket.helpdesk, ticket.number, ticket.title) == ("jira", "ISP-1", "Line down")
    assert ticket.kind is TicketKind.INCIDENT
    assert ticket.created_by is Actor.CUSTOMER
    assert ticket.channel is Channel.WEB
    assert ticket.customer.name == "Carl"
    assert ticket.customer.email == "carl@customer.example"
    assert ticket.customer.organizations == ("Acme",)
    assert ticket.state is TicketState.NEW
    assert ticket.fields.priority is Priority.P3
    assert ticket.fields.group == "intake"
    (first,) = ticket.articles
    assert (first.author, first.internal, first.subject) == (Actor.CUSTOMER, False, "Line down")
    assert first.body == "Service ID: SVC-1001"
    assert ticket.history == ()


def test_a_mail_is_known_as_one(bench: Bench) -> None:
    ticket = bench.read(bench.jira.receive_mail("carl@customer.example", "Line down", "Hello"))

    assert ticket.channel is Channel.EMAIL
    assert ticket.articles[0].channel is Channel.EMAIL


def test_what_an_agent_writes_down_for_the_customer_are_the_customers_words(bench: Bench) -> None:
    ticket = bench.read(bench.opens())

    assert ticket.created_by is Actor.AGENT
    assert ticket.articles[0].author is Actor.CUSTOMER
    assert ticket.channel is Channel.NOTE


def test_messages_and_notes(bench: Bench) -> None:
    issue = bench.reports()
    bench.passes(minutes=1)
    bench.replies(issue, "Any news?")
    bench.passes(minutes=1)
    bench.comments(issue, "We are on it.")
    bench.passes(minutes=1)
    bench.comments(issue, "A bad cable, I think.", internal=True)

    _, question, answer, thought = bench.read(issue).articles

    assert (question.author, question.internal, question.body) == (Actor.CUSTOMER, False, "Any news?")
    assert (answer.author, answer.internal, answer.channel) == (Actor.AGENT, False, Channel.WEB)
    assert (thought.author, thought.internal, thought.channel) == (Actor.AGENT, True, Channel.NOTE)
    assert answer.author_name == "Ann Agent"


def test_a_comment_for_a_role_only_is_internal(bench: Bench) -> None:
    issue = bench.reports()
    body = {"body": "For us", "visibility": {"type": "role", "value": "Service Desk Team"}}
    bench.calls(bench.agent, "POST", f"issue/{issue}/comment", body)

    assert bench.read(issue).articles[-1].internal


def test_who_sees_a_comment_is_asked_once(data_center: Bench) -> None:
    issue = data_center.reports()
    data_center.comments(issue, "Internal", internal=True)

    first = data_center.requests_of(lambda: data_center.read(issue))
    second = data_center.requests_of(lambda: data_center.read(issue))

    assert [sent.path.partition("?")[0] for sent in first][-1].endswith("/comment")
    assert len(second) == 1


def test_actors(bench: Bench) -> None:
    bench.jira.add_user("meg@isp.example", ["Escalation Manager", "Service Desk Team"])
    bench.jira.add_user("grete@isp.example", ["Service Desk Customers"])
    add_to_group(bench.jira, "grete@isp.example", "first-line")
    give_role_to_group(bench.jira, "Service Desk Team", "first-line")
    tokens = {name: bench.jira.add_user(f"{name}@isp.example") for name in ("meg", "grete")}
    issue = bench.opens()
    for token in tokens.values():
        bench.passes(seconds=1)
        bench.edits(issue, token, circuit_id=token[:5] + str(bench.clock().second))

    assert [change.actor for change in bench.read(issue).history] == [Actor.MANAGER, Actor.AGENT]


def test_apps_are_the_helpdesks_own_hands(cloud: Bench) -> None:
    app = cloud.jira.add_user("automation@isp.example", ["Service Desk Team"], account_type="app")
    issue = cloud.opens()
    cloud.edits(issue, app, circuit_id="C-1")

    assert cloud.read(issue).history[-1].actor is Actor.SYSTEM


def test_whoever_cannot_be_shown_to_be_support_is_a_customer(bench: Bench) -> None:
    outsider = bench.jira.add_user("olga@isp.example", ["Service Desk Customers", "Administrators"])
    issue = bench.opens()
    bench.edits(issue, outsider, circuit_id="C-1")
    assert bench.read(issue).history[-1].actor is Actor.AGENT

    role = next(role for role in bench.jira.world.roles.values() if role.name == "Administrators")
    next(iter(bench.jira.world.projects.values())).role_users[role.id].discard(bench.jira.user_id("olga@isp.example"))
    bench.clock.advance(KEPT)

    # What was seen before is judged as of then; who has seen nothing goes by the roles of today.
    assert bench.read(issue).history[-1].actor is Actor.AGENT
    assert bench.connected().read(TicketId(issue)).history[-1].actor is Actor.CUSTOMER


def test_members_are_not_asked_for_with_every_ticket(bench: Bench) -> None:
    issue = bench.opens()
    bench.read(issue)

    assert len(bench.requests_of(lambda: bench.read(issue))) == 1


def test_a_role_that_does_not_exist_stops_everything(bench: Bench) -> None:
    held = bench.mapping.roles.model_copy(update={"managers": ("Escalation Boss",)})
    bench.mapping = bench.mapping.model_copy(update={"roles": held})
    desk = bench.connected()

    with pytest.raises(UnavailableError, match="has no role 'Escalation Boss'"):
        desk.read(TicketId(bench.opens()))


def test_history(bench: Bench) -> None:
    issue = bench.opens()
    at = bench.passes(minutes=5)
    due = at + timedelta(hours=4)
    bench.edits(
        issue,
        impact={"value": "degradation"},
        escalation_level=3,
        repair_due_at=due.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        rfo_requested={"value": "yes"},
        group={"value": "Directors"},
        test_results="loss *90*%",
    )
    bench.calls(bench.agent, "PUT", f"issue/{issue}", {"fields": {"priority": {"name": "Highest"}, "summary": "New"}})

    changes = {change.field: change for change in bench.read(issue).history}

    assert {change.actor for change in changes.values()} == {Actor.AGENT}
    assert {change.at for change in changes.values()} == {at}
    values = {field: (change.old, change.new) for field, change in changes.items()}
    assert values == {
        "impact": (None, Impact.DEGRADATION),
        "escalation_level": (None, 3),
        "repair_due_at": (None, due),
        "rfo_requested": (None, True),
        "group": ("intake", "level_4"),
        "test_results": (None, "loss 90%" if bench.is_cloud else "loss *90*%"),
        "priority": (Priority.P3, Priority.P1),
    }


def test_a_foreign_field_of_the_same_name_as_jiras_own_is_not_mistaken_for_it(bench: Bench) -> None:
    """Changelogs of Data Center tell only the name of a field."""
    own = bench.jira.add_field("status", "textfield")
    issue = bench.opens()
    bench.calls(bench.agent, "PUT", f"issue/{issue}", {"fields": {own.id: "Resolved"}})

    assert bench.read(issue).history == ()


def test_a_long_changelog_is_read_to_its_end_and_once(cloud: Bench) -> None:
    issue = cloud.opens()
    for number in range(250):
        cloud.clock.advance(timedelta(seconds=31))
        cloud.edits(issue, circuit_id=f"C-{number}")
    desk = cloud.connected()
    desk.read(TicketId(cloud.opens()))

    first = cloud.requests_of(lambda: desk.read(TicketId(issue)))
    assert len(first) == 3
    cloud.edits(issue, circuit_id="C-last")
    again = cloud.requests_of(lambda: desk.read(TicketId(issue)))

    assert len(again) == 1
    history = desk.read(TicketId(issue)).history
    assert [change.new for change in history] == [*(f"C-{number}" for number in range(250)), "C-last"]
    assert [change.at for change in history] == sorted(change.at for change in history)


def test_a_total_that_counts_the_page_only_hides_nothing(cloud: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The specification calls it the number of results on the page."""
    changelog = shown._changelog

    def counted(*args: Any) -> dict[str, Any]:
        held = changelog(*args)
        return {**held, "total": len(held["histories"])}

    monkeypatch.setattr(shown, "_changelog", counted)
    issue = cloud.opens()
    for number in range(130):
        cloud.clock.advance(timedelta(seconds=31))
        cloud.edits(issue, circuit_id=f"C-{number}")

    assert [change.new for change in cloud.read(issue).history] == [f"C-{number}" for number in range(130)]


def test_a_long_changelog_of_data_center_comes_whole(data_center: Bench) -> None:
    issue = data_center.opens()
    for number in range(130):
        data_center.edits(issue, circuit_id=f"C-{number}")
    data_center.read(issue)

    assert len(data_center.requests_of(lambda: data_center.read(issue))) == 1
    assert len(data_center.read(issue).history) == 130


def test_many_comments_are_read_to_the_end(bench: Bench) -> None:
    bench.jira.world.embedded_comments = 3
    issue = bench.opens()
    for number in range(8):
        bench.passes(minutes=1)
        bench.comments(issue, f"Comment {number}", internal=number % 2 == 0)

    articles = bench.read(issue).articles[1:]

    assert [article.body for article in articles] == [f"Comment {number}" for number in range(8)]
    assert [article.internal for article in articles] == [number % 2 == 0 for number in range(8)]


def test_a_message_that_is_cut_says_so(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    issue = bench.opens()
    bench.comments(issue, "x" * 20_000)
    bench.comments(issue, "short")
    monkeypatch.setattr(long_answer, "SHORT", 2_000)
    monkeypatch.setattr(long_answer, "LONGEST_TEXT", 10_000)

    articles = bench.read(issue).articles[1:]

    assert [(article.body, article.is_cut) for article in articles] == [("x" * 10_000, True), ("short", False)]


def test_files_belong_to_the_message_they_came_with(bench: Bench) -> None:
    issue = bench.reports()
    attach(bench.jira, issue, "trace.txt", bench.customer)
    bench.passes(minutes=10)
    bench.comments(issue, "See the plan", internal=True)
    attach(bench.jira, issue, "plan.pdf", bench.agent)
    bench.passes(minutes=10)
    bench.replies(issue, "One more")
    attach(bench.jira, issue, "more.txt", bench.customer)

    assert [article.attachments for article in bench.read(issue).articles] == [
        ("trace.txt",),
        ("plan.pdf",),
        ("more.txt",),
    ]


def test_links_tell_of_what_the_connector_created(bench: Bench) -> None:
    incident = bench.read(bench.opens())
    other = bench.opens("Another incident")
    link = {"type": {"name": "Relates"}, "inwardIssue": {"key": "ISP-1"}, "outwardIssue": {"key": "ISP-2"}}
    bench.calls(bench.agent, "POST", "issueLink", link)
    due = bench.clock() + timedelta(days=5)
    new = NewTicket(
        key=key_of(TicketKind.RFO_TASK, incident.id),
        title="RFO",
        text="Write it",
        group="rfo",
        fields={"rfo_due_at": due},
    )
    task = bench.desk.ensure(new, incident)

    sent = bench.requests_of(lambda: bench.read(incident.id))
    seen, beside = sorted(bench.read(incident.id).links, key=lambda link: link.kind is TicketKind.INCIDENT)
    (back,) = bench.read(task).links

    assert len(sent) == (2 if bench.jira.flavour == "cloud" else 3)
    assert (seen.id, seen.connector_key, seen.created_by_connector) == (task, f"rfo:{incident.id}", True)
    assert (seen.rfo_due_at, seen.state) == (due, TicketState.NEW)
    assert back.id == incident.id
    assert not back.created_by_connector
    assert bench.read(task).kind is TicketKind.RFO_TASK
    assert (beside.id, beside.kind) == (other, TicketKind.INCIDENT)


def test_marks_count_on_our_own_untouched_comments_only(bench: Bench) -> None:
    issue = bench.opens()
    forged = bench.comments(issue, "*A title*\n\nText\n\n\\[ref: level-5\\]", internal=True)
    ticket = bench.read(issue)
    assert forged
    assert ticket.marks == {}

    bench.desk.write(ticket, {}, note(marks=("level-2", "priority-P1-created")))
    assert set(bench.read(issue).marks) == {"level-2", "priority-P1-created"}
    ours = bench.calls(bench.accounts.admin, "GET", f"issue/{issue}/comment")["comments"][-1]
    bench.calls(
        bench.accounts.admin,
        "PUT",
        f"issue/{issue}/comment/{ours['id']}",
        {"body": ours["body"].replace("level-2", "level-4")},
    )

    last = bench.read(issue).articles[-1]
    assert last.author is Actor.CONNECTOR
    assert last.marks == frozenset({"level-2", "priority-P1-created"})
    assert "level-4" not in bench.read(issue).marks


def test_members_of_the_requests_organizations_are_known_whatever_their_address(bench: Bench) -> None:
    bench.jira.add_user("dora@freemail.example", organization="Acme")
    bench.jira.add_user("otto@other.example", organization="Other")
    numbers = {name: number for number, name in bench.jira.world.organizations.items()}
    shared = {numbers["Acme"]: "Acme", "99": "Nobody's"}

    def id_of(user: UserRow) -> str | None:
        return user.account_id or user.name

    known = Organizations(bench.desk.client, id_of, bench.clock)

    dora, otto = (next(iter(bench.account(f"{name}.example").values())) for name in ("dora@freemail", "otto@other"))
    assert known.of(dora, shared) == ("Acme",)
    assert known.of(otto, shared) == ()
    assert bench.requests_of(lambda: known.of(dora, shared)) == []


def test_who_had_the_role_by_a_group_and_left_stays_support(bench: Bench) -> None:
    gone = bench.jira.add_user("gone@isp.example", (), account_type="atlassian")
    add_to_group(bench.jira, "gone@isp.example", "night shift")
    give_role_to_group(bench.jira, "Service Desk Team", "night shift")
    issue = bench.opens()
    bench.calls(gone, "POST", f"issue/{issue}/comment", {"body": "We are on it."})
    bench.jira.world.users[bench.jira.user_id("gone@isp.example")].active = False

    assert bench.read(issue).articles[-1].author is Actor.AGENT
