"""Tickets that somebody with a mailbox, or a machine, has filled: what the helpdesk answers for them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

Read = Callable[[str], Any]
"""The answer of the sandbox to a GET of this target."""

_LINE = "The line to the branch office is slow, \u00e4nderungen wurden nicht gemacht. "


def swollen_zammad(read: Read, ticket: str, messages: int, letters: int, changes: int) -> dict[str, Any]:
    """Path → answer."""
    path, history_path = f"/api/v1/tickets/{ticket}", f"/api/v1/ticket_history/{ticket}"
    whole, history = read(f"{path}?all=true"), read(history_path)
    articles = whole["assets"]["TicketArticle"]
    first = articles[str(whole["ticket_article_ids"][0])]
    for number in range(messages):
        row = {**first, "id": first["id"] + 1_000_000 + number, "subject": f"Re: {number}", "body": _text(letters)}
        articles[str(row["id"])] = row
        whole["ticket_article_ids"].append(row["id"])
    entry = {
        "id": 0,
        "o_id": int(ticket),
        "object": "Ticket",
        "type": "notification",
        "attribute": None,
        "value_from": "",
        "value_to": "nina@isp.example(create:email)",
        "id_from": None,
        "id_to": None,
        "created_by_id": 1,
        "created_at": whole["assets"]["Ticket"][ticket]["created_at"],
    }
    history["history"] += [{**entry, "id": 1_000_000 + number} for number in range(changes)]
    # Somebody has changed it, so that its history matters.
    whole["assets"]["Ticket"][ticket]["updated_by_id"] = first["created_by_id"] + 1_000_000
    return {path: whole, history_path: history}


def swollen_jira(read: Read, ticket: str, messages: int, letters: int, changes: int) -> dict[str, Any]:
    """Path → answer: of Data Center, which shows all comments and changes with an issue."""
    path = f"/rest/api/2/issue/{ticket}"
    issue = read(f"{path}?expand=changelog")
    fields = issue["fields"]
    author = fields["reporter"]
    rows = [
        {
            "id": str(1_000_000 + number),
            "author": author,
            "updateAuthor": author,
            "body": _text(letters),
            "created": fields["created"],
            "updated": fields["created"],
            "properties": [],
        }
        for number in range(messages)
    ]
    fields["comment"] = {"comments": rows, "total": len(rows), "maxResults": len(rows), "startAt": 0}
    item = {"field": "labels", "fieldtype": "jira", "from": None, "fromString": "", "to": None, "toString": "slow"}
    entries = [
        {"id": str(1_000_000 + number), "author": author, "created": fields["created"], "items": [item]}
        for number in range(changes)
    ]
    issue["changelog"] = {"histories": entries, "total": changes, "maxResults": changes, "startAt": 0}
    return {path: issue}


def swollen_changelog(changes: int, at: datetime) -> list[dict[str, Any]]:
    """Of Jira Cloud, which shows a hundred changes at a time: oldest first."""
    item = {"field": "labels", "fieldId": "labels", "fieldtype": "jira", "from": None, "to": None, "toString": "slow"}
    created = at.isoformat(timespec="milliseconds")
    return [{"id": str(1_000_000 + number), "created": created, "items": [item]} for number in range(changes)]


def _text(letters: int) -> str:
    """With line breaks and letters that are no ASCII, as mails have them."""
    return (_LINE * 2 + "\n") * (letters // (2 * len(_LINE)) + 1)
