"""Ten thousand messages fit into what may be kept of one answer, however long each is."""

import io
import json
from itertools import chain, islice
from typing import Any

import pytest

from connector.helpdesks.long_answer import read
from connector.helpdesks.zammad.write import MESSAGES

_MESSAGES = 10_000
_BODY = "Die Leitung ist langsam, \u00e4nderungen wurden nicht gemacht. " * 60


def _article(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "type_id": 1,
        "sender_id": 2,
        "created_by_id": 5,
        "from": "Ada Lovelace <ada@harbour.example>",
        "to": "support@isp.example",
        "subject": f"Re: {number}",
        "body": _BODY,
        "content_type": "text/plain",
        "internal": False,
        "attachments": [],
        "preferences": {"send-auto-response": True, "is-auto-response": False},
        "created_at": "2026-11-23T09:12:00Z",
        "updated_at": "2026-11-23T09:12:00Z",
    }


class _Pieces(io.RawIOBase):
    """The answer in pieces, none of it held."""

    def __init__(self) -> None:
        rows = (f'"{number}": {json.dumps(_article(number))},' for number in range(1, _MESSAGES))
        self._texts = chain(['{"assets": {"TicketArticle": {'], rows, [f'"0": {json.dumps(_article(0))}', "}}}"])

    def read(self, size: int = -1) -> bytes:
        return "".join(islice(self._texts, 20)).encode()


@pytest.mark.slow
def test_a_ticket_of_ten_thousand_long_messages_is_read() -> None:
    found = read(_Pieces(), b"", MESSAGES)

    articles = found.value["assets"]["TicketArticle"]
    assert len(articles) == _MESSAGES
    assert articles["1"].body.startswith("Die Leitung ist langsam")
    assert found.cut > _MESSAGES / 2
