"""Whatever a helpdesk or a proxy says, an error of ours is one harmless line without our secrets."""

import json

import pytest

from connector.helpdesks.errors import HelpdeskError, cleaned, hide
from connector.work.jobs import storable
from tests.unit.helpdesks.side import BASIC, JIRA, TOKEN, ZAMMAD, Side


@pytest.mark.parametrize("side", [ZAMMAD, JIRA], ids=lambda side: side.title)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500, 503])
def test_an_answer_that_repeats_the_token_and_paints_the_terminal(side: Side, status: int) -> None:
    said = f"bad header {side.authorization}\x1b[2J\x00 and {TOKEN}\r\nERROR forged line\u2028x"

    error = side.failed(body=json.dumps(side.reason(said)), status=status)

    assert TOKEN not in str(error)
    assert BASIC not in str(error)
    assert str(error).isprintable()
    assert "forged line" in str(error)


def test_what_is_stored_is_cleaned_too() -> None:
    hide("a-secret-of-some-length")

    stored = storable("KeyError: a-secret-of-some-length\x1b[31m\nnext \ud800 line")

    assert stored == "KeyError: [secret]\\x1b[31m\\nnext \\ud800 line"
    assert str(HelpdeskError(f"x\x07{stored}")) == f"x\\x07{stored}"


def test_the_longer_of_two_secrets_goes_first() -> None:
    hide("twice-as-secret")
    hide("twice-as-secret-as-that")

    assert cleaned("twice-as-secret-as-that, twice-as-secret") == "[secret], [secret]"
