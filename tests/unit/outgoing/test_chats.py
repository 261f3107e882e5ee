"""Contacts of a level are told by Apprise where the file has addresses of theirs."""

import json
from pathlib import Path

import pytest

from connector.domain.decision import Decision
from connector.outgoing import services
from connector.outgoing.chats import Chats
from connector.outgoing.post import NotDeliveredError
from connector.outgoing.receivers import read_receivers
from connector.work.tellings import Telling, TellingKey
from tests.builders import T0, complete, default_policy, incident, note
from tests.listener import listening

# Of a service that Apprise loads with all others.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def test_each_address_of_a_contact_that_was_called_is_told() -> None:
    fields = complete(escalation_reason="Level 2, shift manager: ticket age 1 h at P1")
    ticket = incident(articles=(note({"level-2"}, T0),), fields=fields)
    with listening() as listener:
        url = listener.url.replace("http://", "json://")
        chats = Chats({"Shift manager": (url, url + "2"), "Director": (url,)}, "https://desk.example/{id}")

        wanted = list(chats.wanted(ticket, default_policy(), Decision(outcomes=()), T0))
        for one in wanted:
            chats.deliver(Telling(TellingKey("desk", ticket.id, one.event, one.receiver), one.body(), T0))

    assert [one.receiver for one in wanted] == ["chat:Shift manager:1", "chat:Shift manager:2"]
    said = json.loads(listener.got[0].body)
    assert said["title"].startswith("Escalation level 2: ")
    assert "ticket age 1 h at P1" in said["message"]
    assert f"https://desk.example/{ticket.id}" in said["message"]
    assert len(listener.got) == 2
    assert chats.is_noted("chat:Shift manager:1")
    assert not chats.is_noted("pager")


def test_what_is_not_taken_is_a_failure_without_the_address() -> None:
    with listening() as listener:
        listener.answer = lambda: (500, {})
        chats = Chats({"Director": (listener.url.replace("http://", "json://s3cr3t@"),)}, None)
        row = Telling(TellingKey("desk", "1", "level-4", "chat:Director:1"), '{"subject": "a", "text": "b"}', T0)

        with pytest.raises(NotDeliveredError, match=r"^the service has not taken it$"):
            chats.deliver(row)
    gone = Chats({}, None)
    with pytest.raises(NotDeliveredError, match=r"^Director has no such address any more$"):
        gone.deliver(row)


def test_check_names_an_address_that_nobody_can_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "telling.yaml"
    file.write_text("contacts:\n  Shift manager: ['json://127.0.0.1/x', 'nothing://s3cr3t']\n")

    (problem,) = read_receivers(file)[1]

    assert problem.line == 2
    assert "Apprise cannot read" in problem.message
    assert "s3cr3t" not in str(problem)

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(services, "import_module", missing)
    assert "--requirement requirements-notify.lock" in read_receivers(file)[1][0].message
