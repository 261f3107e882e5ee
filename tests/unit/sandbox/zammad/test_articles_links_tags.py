"""Messages, links and tags."""

import pytest

from tests.unit.sandbox.zammad.desk import Desk


def test_internal_articles_are_hidden_from_customers(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.put(ticket, article={"body": "secret", "internal": True})
    everything = desk.call("GET", f"tickets/{ticket}?all=true")[1]
    seen = desk.call("GET", f"tickets/{ticket}?all=true", by="customer")[1]
    assert len(everything["ticket_article_ids"]) == 2
    assert seen["ticket_article_ids"] == everything["ticket_article_ids"][:1]
    assert len(desk.call("GET", f"ticket_articles/by_ticket/{ticket}", by="customer")[1]) == 1


def test_a_customer_cannot_write_internally_nor_as_an_agent(desk: Desk) -> None:
    ticket = desk.ticket()
    body = {"ticket_id": ticket, "body": "hello", "internal": True, "sender": "Agent"}
    article = desk.call("POST", "ticket_articles", body, by="customer")[1]
    assert (article["internal"], article["sender"]) == (False, "Customer")


def test_a_subject_is_cut_and_preferences_are_kept(desk: Desk) -> None:
    """Measured on 6.4."""
    ticket = desk.ticket()
    preferences = {"interspace": {"marks": [f"request-h{number}" for number in range(2_000)]}}
    desk.put(ticket, article={"body": "x", "subject": "s" * 3_500, "preferences": preferences})

    article = desk.call("GET", f"ticket_articles/by_ticket/{ticket}")[1][-1]
    assert (len(article["subject"]), article["preferences"]) == (3_000, preferences)


def test_a_merge_moves_articles_and_leaves_the_rest(desk: Desk) -> None:
    """6.4, extra/merge."""
    source, target = desk.ticket(), desk.ticket()
    before = desk.call("GET", f"tickets/{source}?all=true")[1]["ticket_article_ids"]
    number, changed_by = (desk.shown(target)[name] for name in ("number", "updated_by_id"))

    assert desk.call("PUT", f"ticket_merge/{source}/00000")[1]["result"] == "failed"
    assert desk.call("PUT", f"ticket_merge/{source}/{number}", by="customer")[0] == 403
    assert desk.call("PUT", f"ticket_merge/{source}/{number}")[1]["result"] == "success"

    assert (desk.shown(source)["state"], desk.shown(source)["owner_id"]) == ("merged", 1)
    assert set(before) <= set(desk.call("GET", f"tickets/{target}?all=true")[1]["ticket_article_ids"])
    assert len(desk.call("GET", f"tickets/{source}?all=true")[1]["ticket_article_ids"]) == 1
    assert desk.shown(target)["updated_by_id"] == changed_by


def test_a_customers_reply_does_not_reopen(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.put(ticket, state="closed")
    desk.call("POST", "ticket_articles", {"ticket_id": ticket, "body": "not fixed", "type": "web"}, by="customer")
    assert desk.shown(ticket)["state"] == "closed"


def test_an_agents_answer_opens_a_new_ticket_a_note_does_not(desk: Desk) -> None:
    noted, answered = desk.ticket(), desk.ticket()
    desk.zammad.add_sender("Users", "support@example.com")
    desk.put(noted, article={"body": "note"})
    desk.put(answered, article={"body": "we are on it", "type": "email", "to": "customer@example.com"})
    assert desk.shown(noted)["state"] == "new"
    assert desk.shown(noted)["first_response_at"] is None
    assert desk.shown(answered)["state"] == "open"
    assert desk.shown(answered)["first_response_at"] is not None
    assert desk.shown(desk.ticket(article={"body": "they called", "type": "phone"}))["state"] == "new"


@pytest.mark.parametrize("sender", ["Agent", "System"])
def test_a_group_without_an_address_sends_nothing_and_stores_nothing(desk: Desk, sender: str) -> None:
    """6.4, extra/bot."""
    ticket = desk.ticket()
    mail = {"body": "fixed", "type": "email", "sender": sender, "to": "customer@example.com"}
    status, answer = desk.put(ticket, level=2, article=mail)
    assert (status, answer["error"][:9]) == (500, "Error ID ")
    assert desk.shown(ticket)["level"] is None
    assert "No email address found for group: Users (1)" in desk.zammad.log[-1]


def test_what_the_system_sends_is_no_answer(desk: Desk) -> None:
    """6.4, extra/measured."""
    desk.zammad.add_sender("Users", "support@example.com")
    ticket = desk.ticket()
    mail = {"body": "we ask", "type": "email", "sender": "System", "to": "customer@example.com"}
    assert desk.put(ticket, article=mail)[0] == 200
    shown = desk.shown(ticket)
    assert (shown["state"], shown["first_response_at"], shown["last_contact_agent_at"]) == ("new", None, None)


def test_bodies_stay_internal_can_change(desk: Desk) -> None:
    ticket = desk.ticket()
    article = desk.call("GET", f"ticket_articles/by_ticket/{ticket}")[1][0]
    changed = desk.call("PUT", f"ticket_articles/{article['id']}", {"body": "other", "internal": True})[1]
    assert (changed["body"], changed["internal"]) == (article["body"], True)


def test_attachments_come_back(desk: Desk) -> None:
    ticket = desk.ticket()
    file = {"filename": "a.txt", "data": "aGVsbG8K", "mime-type": "text/plain"}
    article = desk.call("POST", "ticket_articles", {"ticket_id": ticket, "body": "see file", "attachments": [file]})[1]
    path = f"/api/v1/ticket_attachment/{ticket}/{article['id']}/{article['attachments'][0]['id']}"
    answer = desk.zammad.handle("GET", path, {"Authorization": f"Token token={desk.tokens['bot']}"})
    assert answer.body == b"hello\n"


@pytest.mark.parametrize(("kind", "opposite"), [("child", "parent"), ("parent", "child"), ("normal", "normal")])
def test_links_are_seen_from_both_sides(desk: Desk, kind: str, opposite: str) -> None:
    target, source = desk.ticket(), desk.ticket()
    link = {
        "link_type": kind,
        "link_object_source": "Ticket",
        "link_object_source_number": desk.shown(source)["number"],
        "link_object_target": "Ticket",
        "link_object_target_value": target,
    }
    assert desk.call("POST", "links/add", link)[0] == 201
    assert desk.call("POST", "links/add", link)[0] == 422
    assert _links(desk, target) == [(kind, source)]
    assert _links(desk, source) == [(opposite, target)]
    desk.call("DELETE", "links/remove", {**link, "link_object_source_value": source})
    assert _links(desk, target) == []


def test_a_new_ticket_can_be_born_as_a_child(desk: Desk) -> None:
    parent = desk.ticket()
    child = desk.ticket(links={"Ticket": {"child": [parent]}})
    assert _links(desk, parent) == [("child", child)]
    assert str(parent) in desk.call("GET", f"tickets/{child}?all=true")[1]["assets"]["Ticket"]


def test_tags_move_the_time_of_update_and_stand_in_the_history(desk: Desk) -> None:
    ticket = desk.ticket(tags="rfo, outage")
    before = desk.shown(ticket)["updated_at"]
    desk.pass_time(minutes=1)
    tag = {"item": "major", "object": "Ticket", "o_id": ticket}
    desk.call("POST", "tags/add", tag)
    desk.call("DELETE", "tags/remove", {**tag, "item": "rfo"})
    assert desk.call("GET", f"tags?object=Ticket&o_id={ticket}")[1] == {"tags": ["outage", "major"]}
    assert desk.shown(ticket)["updated_at"] > before
    assert [new for _, new, _ in desk.history(ticket, "tag")] == ["rfo", "outage", "major", None]


def _links(desk: Desk, ticket: int) -> list[tuple[str, int]]:
    found = desk.call("GET", f"links?link_object=Ticket&link_object_value={ticket}")[1]["links"]
    return [(link["link_type"], link["link_object_value"]) for link in found]
