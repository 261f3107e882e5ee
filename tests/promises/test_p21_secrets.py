"""P21: secrets never appear in logs, errors, pages or notes."""

from datetime import timedelta

import pytest

from connector import logs
from connector.sandbox.stage import SECRET
from connector.sandbox.zammad import Fault
from connector.settings import Settings
from tests.promises.conftest import COMPLETE, Cast


def test_no_secret_in_anything_that_a_troubled_day_leaves_behind(cast: Cast, capfd: pytest.CaptureFixture[str]) -> None:
    stage = cast.stage
    token = stage.accounts.bot
    logs.configure(Settings(log_format="json", log_level="debug", zammad_token=token))
    ticket = cast.customer.writes("Line down", COMPLETE)
    for fault in (
        Fault("refuse", path="tickets/", times=1),
        Fault("hang", path="tickets/", times=1),
        Fault("status", path="tickets/", times=1, status=401),
        Fault("status", path="tickets/", times=1, status=422),
    ):
        stage.zammad.faults.add(fault)
    stage.advance(timedelta(minutes=10))
    client = stage.receiver.test_client()
    pages = [client.get(path).text for path in ("/healthz", "/readyz", "/")]
    pages.append(client.post("/webhooks/zammad/main", data=b"{}", content_type="application/json").text)

    printed = capfd.readouterr()
    letters = [letter.error for letter in stage.table.dead_letters()]
    bodies = [article.body + article.subject for article in stage.ticket(ticket).articles]
    everything = "\n".join([printed.out, printed.err, *pages, *letters, *bodies, repr(stage.desk)])
    assert len(letters) == 1
    assert token not in everything
    assert SECRET not in everything
    assert printed.err.count('"event"') > 3, "there was something to look at"


def test_a_secret_in_a_foreign_text_is_hidden_in_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    import structlog

    logs.configure(Settings(log_format="json", zammad_token="tok-0123456789abcdef"))

    structlog.get_logger("test").warning(
        "library says", cause="GET https://x/?token=tok-0123456789abcdef failed", more=["tok-0123456789abcdef"]
    )

    said = capfd.readouterr().err
    assert "library says" in said
    assert "tok-0123456789abcdef" not in said
