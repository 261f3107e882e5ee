"""The connector's memory of an issue: issue properties with a signature.

Anyone who may edit an issue may also edit its properties. What does not bear our signature for this very issue is as
good as nothing: comments and changelog still prove what was done.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

MARKS = "interspace"
"""The property with the proved steps and the time of each proof."""
INTENDED = "interspace-created"
"""The property with the keys of the issues that were about to be created for this one, and when."""

_CONTENT = {MARKS: "marks", INTENDED: "created"}
_VERSION = 1
_LONGEST = 32_768
"""Characters that Jira stores in a property."""
_ROOM = 30_000
_NAME = re.compile(r"[\w.:-]{1,200}", re.ASCII)


class Memory:
    """Signs and checks the properties with a key that follows from the API token: a new token forgets them."""

    def __init__(self, token: str) -> None:
        self._key = hashlib.sha256(b"interspace memory\0" + token.encode()).digest()

    def __repr__(self) -> str:
        return "Memory()"

    def sealed(self, name: str, issue_id: str, times: Mapping[str, datetime]) -> dict[str, Any]:
        """The value of the property ``name`` of an issue. What does not fit is left out, the latest first."""
        kept: dict[str, str] = {}
        room = _ROOM
        for entry, at in sorted(times.items(), key=lambda item: (item[1], item[0])):
            text = at.astimezone(UTC).isoformat()
            room -= len(entry) + len(text) + 8
            if room < 0:
                break
            kept[entry] = text
        return {"version": _VERSION, _CONTENT[name]: kept, "signature": self._signature(name, issue_id, kept)}

    def opened(self, name: str, issue_id: str, value: object) -> dict[str, datetime] | None:
        """What a property says; ``None`` if it is not ours, for another issue, damaged, or of another token."""
        times = _times(value, _CONTENT[name])
        if times is None or not isinstance(value, dict):
            return None
        signature = value.get("signature")
        if not isinstance(signature, str) or not signature.isascii():
            return None
        if not hmac.compare_digest(signature, self._signature(name, issue_id, times)):
            return None
        try:
            return {entry: datetime.fromisoformat(text).astimezone(UTC) for entry, text in times.items()}
        except (ValueError, OverflowError):
            return None

    def _signature(self, name: str, issue_id: str, times: Mapping[str, str]) -> str:
        said = json.dumps([name, issue_id, _VERSION, times], sort_keys=True, separators=(",", ":"))
        return hmac.new(self._key, said.encode(), hashlib.sha256).hexdigest()


def _times(value: object, content: str) -> dict[str, str] | None:
    """The entries of a property that has the right shape and size."""
    if not isinstance(value, dict) or value.keys() != {"version", content, "signature"} or value["version"] != _VERSION:
        return None
    times = value[content]
    if not isinstance(times, dict):
        return None
    size = 0
    for entry, text in times.items():
        if not isinstance(text, str) or not isinstance(entry, str) or not _NAME.fullmatch(entry):
            return None
        size += len(entry) + len(text)
        if size > _LONGEST:
            return None
    return times
