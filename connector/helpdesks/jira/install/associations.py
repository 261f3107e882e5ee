"""Which custom fields the project has (Cloud). A field that was made by REST belongs to no project until it is told to.

A site has field schemes once it was migrated (June 2026); before, a field joins the field configuration of a project.
What has no row here, Data Center, gives every field to every project. Contexts say nothing of this: they only hold
options and defaults.
"""

from collections.abc import Iterable, Iterator, Mapping

from connector.domain.vocabulary import TicketKind
from connector.helpdesks.answer import objects
from connector.helpdesks.errors import NotFoundError, PermanentError
from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.jira.install.pages import paged
from connector.install.tables import Row

_SCHEMES = "api/3/config/fieldschemes"
_AT_ONCE = 50
"""Fields that one association takes."""


CALLED = {TicketKind.INCIDENT: "incidents", TicketKind.RFO_TASK: "RFO tasks", TicketKind.PROBLEM: "problems"}


def associations_of(
    client: JiraClient, project_id: str, type_ids: Mapping[TicketKind, tuple[str, ...]], wanted: set[str]
) -> Iterator[Row]:
    """Where the project's fields are kept, and those of ``wanted`` that issues have: in a scheme a row for the issue
    types of each kind, else one for all of them.

    Raises HelpdeskError.
    """
    scheme = _scheme(client, project_id)
    if scheme is None:
        every = tuple(type_id for ids in type_ids.values() for type_id in ids)
        row = {"id": f"project/{project_id}", "name": "field configuration of the project"}
        have = _by_types(client, project_id, every, wanted)
        yield {**row, "fields": sorted(have), "types": list(every), "kinds": list(type_ids)}
        return
    others = len(paged(client, f"{_SCHEMES}/{scheme}/projects")) - 1
    shared = f" (and of {others} others)" if others > 0 else ""
    held = _restrictions(client, scheme)
    for kind, ids in type_ids.items():
        row = {"id": f"scheme/{scheme}/{kind}", "name": f"field scheme of the project{shared}: {CALLED[kind]}"}
        have = {name for name in wanted if _gives(held, name, ids)}
        yield {**row, "fields": sorted(have), "types": list(ids), "kinds": [kind]}


def associate(client: JiraClient, row_id: str, field_ids: list[str], type_ids: list[str]) -> None:
    """Gives these fields to the project, for these issue types at least. What it has already stays as it is.

    Raises HelpdeskError.
    """
    place, number, *_ = row_id.split("/")
    if place == "scheme":
        _into_scheme(client, number, field_ids, type_ids)
        return
    for start in range(0, len(field_ids), _AT_ONCE):
        named = [{"type": "FIELD_ID", "identifier": field_id} for field_id in field_ids[start : start + _AT_ONCE]]
        contexts = [{"type": "PROJECT_ID", "identifier": int(number)}]
        client.put("api/3/field/association", {"associationContexts": contexts, "fields": named})


def _scheme(client: JiraClient, project_id: str) -> str | None:
    """The project's field scheme; ``None`` on a site that was not migrated yet."""
    try:
        rows = paged(client, f"{_SCHEMES}/projects", (("projectId", project_id),))
    except NotFoundError:
        return None
    named = [row.get("schemeId") for row in rows if str(row.get("projectId")) == project_id]
    if any(not isinstance(scheme, int | str) for scheme in named):
        raise PermanentError(f"Jira GET {_SCHEMES}/projects: unexpected answer: expected the id of a scheme")
    return str(named[0]) if named else None


def _restrictions(client: JiraClient, scheme: str) -> dict[str, set[str]]:
    """The fields of a scheme with the issue types that each is restricted to; none: all types have it."""
    rows = paged(client, f"{_SCHEMES}/{scheme}/fields")
    return {str(row.get("fieldId")): set(map(str, row.get("restrictedToWorkTypes") or ())) for row in rows}


def _gives(held: Mapping[str, set[str]], field_id: str, type_ids: Iterable[str]) -> bool:
    """Whether a scheme gives a field to all these issue types."""
    only = held.get(field_id)
    return only is not None and (not only or only.issuperset(type_ids))


def _by_types(client: JiraClient, project_id: str, type_ids: tuple[str, ...], wanted: set[str]) -> set[str]:
    have = set(wanted)
    for type_id in type_ids if wanted else ():
        rows = paged(client, "api/3/projects/fields", (("projectId", project_id), ("workTypeId", type_id)))
        have &= {str(row.get("fieldId")) for row in rows}
    return have


def _into_scheme(client: JiraClient, scheme: str, field_ids: list[str], type_ids: list[str]) -> None:
    path, held = f"{_SCHEMES}/fields", _restrictions(client, scheme)
    body: dict[str, list[dict[str, list[int]]]] = {}
    for field_id in field_ids:
        if not _gives(held, field_id, type_ids):
            # What is sent replaces a restriction: whoever had the field keeps it, and nobody else gets it.
            only = held.get(field_id, set()).union(type_ids)
            body[field_id] = [{"schemeIds": [int(scheme)], "restrictedToWorkTypes": sorted(map(int, only))}]
    answer = client.put(path, body) if body else None
    refused = [why for row in _results(answer, path) if (why := _why(row))]
    if refused:
        raise PermanentError(f"Jira PUT {path}: {'; '.join(refused)}")


def _results(answer: object, path: str) -> list[Row]:
    """What became of each field; nothing where the answer is empty."""
    return objects(answer.get("results"), f"Jira PUT {path}") if isinstance(answer, Mapping) else []


def _why(row: Row) -> str:
    return "" if row.get("success") is True else f"{row.get('fieldId')}: {row.get('error') or 'not added'}"
