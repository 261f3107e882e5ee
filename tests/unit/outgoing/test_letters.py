"""Mail: what a server refuses for good is not tried again, and the file says how it is reached."""

from pathlib import Path

import pytest

from connector.domain.model import TicketId
from connector.helpdesks.errors import ForbiddenError, HelpdeskError, RateLimitedError
from connector.outgoing.letters import Letters, probe
from connector.outgoing.post import NotDeliveredError
from connector.outgoing.receivers import Mail, MailSpec, read_receivers
from connector.work.tellings import Telling, TellingKey
from tests.builders import T0, at
from tests.mail_server import mail_server

LETTER = Telling(
    TellingKey("desk", "41", "level-2", "mail:shift@isp.example"),
    '{"subject": "Level 2", "text": "Hello"}',
    T0,
)


def to(address: str) -> Telling:
    return LETTER._replace(key=LETTER.key._replace(receiver=f"mail:{address}"))


def letters(port: int) -> Letters:
    return Letters(Mail(server_at(port), Path()), None, lambda: T0)


def server_at(port: int) -> MailSpec:
    return MailSpec(host="127.0.0.1", port=port, tls="none", sender="interspace@isp.example")


class AsksHelpdesk:
    """Mails those whom it knows, or fails."""

    mails_contacts = True

    def __init__(self, *known: str, failure: HelpdeskError | None = None) -> None:
        self._known = known
        self._failure = failure
        self.got: list[str] = []

    def mail(self, ticket: TicketId, address: str, subject: str, text: str) -> bool:
        if self._failure is not None:
            raise self._failure
        self.got += [f"{ticket} {address} {subject} {text}"] if address in self._known else []
        return address in self._known


def test_a_repeat_has_the_same_message_id() -> None:
    with mail_server() as server:
        for _ in range(2):
            letters(server.port).deliver(LETTER)

    assert len({mail["Message-ID"] for mail in server.got}) == 1
    assert [mail.get_content().strip() for mail in server.got] == ["Hello"] * 2


def test_a_server_that_has_taken_the_mail_and_ends_badly_gets_it_once() -> None:
    with mail_server() as server:
        server.goodbye = 421
        letters(server.port).deliver(LETTER)

    assert len(server.got) == 1


def test_who_has_an_account_on_the_helpdesk_is_mailed_by_it_and_nobody_twice() -> None:
    with mail_server() as server:
        mail = Mail(server_at(server.port), Path())
        by_helpdesk = AsksHelpdesk("shift@isp.example")
        Letters(mail, None, lambda: T0, by_helpdesk).deliver(LETTER)
        assert (by_helpdesk.got, server.got) == (["41 shift@isp.example Level 2 Hello"], [])

        Letters(mail, None, lambda: T0, AsksHelpdesk()).deliver(LETTER)
        refuses = AsksHelpdesk(failure=ForbiddenError("Jira POST notify: answered 403: no SMTP server"))
        Letters(mail, None, lambda: T0, refuses).deliver(LETTER)
        assert len(server.got) == 2

        # Whether it was sent, nobody knows: it is asked again, and not sent by another way too.
        lost = AsksHelpdesk(failure=RateLimitedError("Jira POST notify: answered 429", at(minutes=5)))
        with pytest.raises(NotDeliveredError, match="429") as raised:
            Letters(mail, None, lambda: T0, lost).deliver(LETTER)
        assert (raised.value.final, raised.value.again, len(server.got)) == (False, at(minutes=5), 2)

    for helpdesk, why in ((AsksHelpdesk(), "nobody on the helpdesk has this address"), (refuses, "no SMTP server")):
        with pytest.raises(NotDeliveredError, match=f"{why}, and no mail server is set") as raised:
            Letters(None, None, lambda: T0, helpdesk).deliver(LETTER)
        assert raised.value.final


def test_a_domain_with_an_umlaut_is_written_as_servers_take_it_and_a_name_with_one_is_told_at_once() -> None:
    with mail_server() as server:
        letters(server.port).deliver(to("shift@münchen.example"))
        with pytest.raises(NotDeliveredError, match="no address with letters beyond ASCII") as raised:
            letters(server.port).deliver(to("schütz@isp.example"))

    assert [mail["To"] for mail in server.got] == ["shift@xn--mnchen-3ya.example"]
    assert raised.value.final


@pytest.mark.parametrize(("code", "final"), [(550, True), (450, False)])
def test_what_is_refused_for_good_is_given_up(code: int, *, final: bool) -> None:
    with mail_server() as server:
        server.refuses = {"shift@isp.example": code}
        with pytest.raises(NotDeliveredError, match=f"refuses the address \\({code}\\)") as raised:
            letters(server.port).deliver(LETTER)

    assert raised.value.final is final


def test_a_server_that_is_not_there_is_tried_again() -> None:
    with mail_server() as server:
        port = server.port

    with pytest.raises(NotDeliveredError, match="cannot be used") as raised:
        letters(port).deliver(LETTER)
    with pytest.raises(NotDeliveredError, match="cannot be used"):
        probe(Mail(server_at(port), Path()))
    assert not raised.value.final


@pytest.mark.parametrize(
    ("mail", "text"),
    [
        (
            "{host: smtp.example, sender: a@isp.example, tls: none}",
            "tls: none is for a mail server on this machine",
        ),
        ("{host: smtp.isp.example, sender: a@isp.example, user: a}", "user and password belong together"),
        ("{host: smtp.isp.example, sender: nobody}", "is no e-mail address"),
        ("{host: smtp.isp.example, sender: a@isp.example, user: a, password_file: gone}", "cannot be read"),
    ],
)
def test_what_is_wrong_with_the_server_is_named(mail: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / "telling.yaml"
    file.write_text(f"mail: {mail}\n")

    (problem,) = read_receivers(file)[1]

    assert problem.line == 1
    assert text in problem.message
