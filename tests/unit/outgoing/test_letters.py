"""Mail: what a server refuses for good is not tried again, and the file says how it is reached."""

from pathlib import Path

import pytest

from connector.outgoing.letters import Letters
from connector.outgoing.post import NotDeliveredError
from connector.outgoing.receivers import Mail, MailSpec, read_receivers
from connector.work.tellings import Telling, TellingKey
from tests.builders import T0
from tests.mail_server import mail_server

LETTER = Telling(
    TellingKey("desk", "41", "level-2", "mail:shift@isp.example"), '{"subject": "Level 2", "text": "Hello"}', T0
)


def letters(port: int) -> Letters:
    spec = MailSpec(host="127.0.0.1", port=port, tls="none", sender="interspace@isp.example")
    return Letters(Mail(spec, Path()), None, lambda: T0)


def test_a_repeat_has_the_same_message_id() -> None:
    with mail_server() as server:
        for _ in range(2):
            letters(server.port).deliver(LETTER)

    assert len({mail["Message-ID"] for mail in server.got}) == 1
    assert [mail.get_content().strip() for mail in server.got] == ["Hello"] * 2


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
        letters(port).probe()
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
