"""Receivers are read anew on SIGHUP: sound files count at once, of bad ones nothing does."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from connector.cli.ways import Ways, check_ways, open_ways
from connector.helpdesks.helpdesk import Helpdesk
from connector.outgoing.post import NotDeliveredError
from connector.policy.problem import PolicyError
from connector.settings import Settings, load
from connector.work.table import WorkTable
from connector.work.tellings import Telling, TellingKey
from tests.builders import T0
from tests.listener import listening

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
LEVEL = Telling(TellingKey("jira", "41", "level-2", "pager"), "{}", T0)


@pytest.fixture
def table(sqlite_url: str) -> Iterator[WorkTable]:
    opened = WorkTable.open(sqlite_url)
    yield opened
    opened.close()


def settings(file: Path) -> Settings:
    return load({"INTERSPACE_TELLING": str(file)}, with_file=False)


def test_a_changed_file_counts_and_a_bad_one_does_not(table: WorkTable, tmp_path: Path) -> None:
    file = tmp_path / "telling.yaml"
    with listening() as listener:
        file.write_text(f"receivers:\n  pager: {{url: '{listener.url}', secret: {SECRET}}}\n")
        opened(file, "jira", table).deliver(LEVEL)
        assert len(listener.got) == 1

        file.write_text(f"receivers:\n  pager: {{url: '{listener.url}'}}\n")
        for read in (lambda: opened(file, "jira", table), lambda: check_ways(settings(file))):
            with pytest.raises(PolicyError, match=r"telling\.yaml:2: receivers\.pager: needs secret"):
                read()

        file.write_text("receivers: {}\n")
        with pytest.raises(NotDeliveredError, match="there is no receiver pager any more") as raised:
            opened(file, "jira", table).deliver(LEVEL)
    assert raised.value.final
    assert len(listener.got) == 1


class Desk:
    """As far as it matters who mails."""

    def __init__(self, name: str) -> None:
        self.name = name


def opened(file: Path, helpdesk: str, table: WorkTable) -> Ways:
    return open_ways(settings(file), cast(Helpdesk, Desk(helpdesk)), table)


def test_mail_is_the_connectors_only_where_the_helpdesk_sends_none(table: WorkTable, tmp_path: Path) -> None:
    file = tmp_path / "telling.yaml"
    file.write_text("mail: {host: 127.0.0.1, port: 1, tls: none, sender: a@isp.example}\n")
    letter = Telling(LEVEL.key._replace(receiver="mail:shift@isp.example"), '{"subject": "", "text": ""}', T0)

    assert len(opened(file, "zammad", table).tellers) + 1 == len(opened(file, "jira", table).tellers)
    with pytest.raises(NotDeliveredError, match="there is no receiver mail:shift"):
        opened(file, "zammad", table).deliver(letter)
    with pytest.raises(NotDeliveredError, match="the mail server cannot be used"):
        opened(file, "jira", table).deliver(letter)
