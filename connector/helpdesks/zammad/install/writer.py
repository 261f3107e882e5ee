"""How Zammad's tables are written: each is a path of the REST API."""

from collections.abc import Mapping
from typing import Any

from connector.helpdesks.errors import ForbiddenError, NotFoundError, PermanentError, TransientError
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.install.kinds import ATTRIBUTES, TABLES, UNMIGRATED
from connector.install.rows import Id


class ZammadWriter:
    """See :class:`connector.install.apply.Writer`."""

    tables = TABLES

    def __init__(self, client: ZammadClient) -> None:
        self._client = client

    def create(self, kind: str, body: Mapping[str, Any]) -> Id:
        """A new object; returns its id."""
        answer = self._client.post(kind, body)
        if not isinstance(answer, dict) or not isinstance(answer.get("id"), int):
            raise PermanentError(f"Zammad POST {kind}: the answer holds no id")
        return int(answer["id"])

    def update(self, kind: str, number: Id, body: Mapping[str, Any]) -> None:
        """Changes an object."""
        self._client.put(f"{kind}/{number}", body)

    def delete(self, kind: str, number: Id) -> str | None:
        """Why the object is still there; ``None`` if it is gone."""
        try:
            self._client.delete(f"{kind}/{number}")
        except NotFoundError as error:
            return None if "Couldn't find" in str(error) else str(error)
        except ForbiddenError:
            raise
        except PermanentError as error:
            return str(error)
        return None

    def run(self, path: str) -> None:
        """The migrations. Zammad answers 200 whatever happened, so look."""
        self._client.post(path, None)
        rows = self._client.get(ATTRIBUTES)
        waiting = sorted(str(row.get("name")) for row in rows if any(row.get(flag) for flag in UNMIGRATED))
        if waiting:
            raise TransientError(
                f"Zammad answered 200 but these attributes still wait for a migration: {', '.join(waiting)}. Look into "
                "Zammad's production.log"
            )
