"""What of ours is in use and has to stay when everything else goes."""

from connector.helpdesks.errors import HelpdeskError
from connector.helpdesks.jira.install.kinds import KINDS, PRIORITIES, ROLES
from connector.helpdesks.jira.install.pages import row_of
from connector.helpdesks.jira.install.tables import Place
from connector.helpdesks.jira.listing import quoted
from connector.install.current import Current
from connector.install.errors import StepError
from connector.install.rows import Id


def used(place: Place, current: Current) -> dict[tuple[str, Id], str]:
    """Our priorities that an issue has, and our roles that somebody has: Jira would take them away without a word.

    Raises StepError if Jira cannot be asked.
    """
    found: dict[tuple[str, Id], str] = {}
    for path in (PRIORITIES, ROLES):
        kind = KINDS[path]
        for row in current.tables.get(path, ()):
            if kind.is_ours(row):
                try:
                    why = _why(place, path, str(row["id"]), str(row["name"]))
                except HelpdeskError as error:
                    thing = f"the {kind.label} {row['name']!r}"
                    raise StepError(f"Whether {thing} is in use cannot be found out. {error}") from error
                if why:
                    found[path, row["id"]] = why
    return found


def _why(place: Place, path: str, number: str, name: str) -> str:
    if path == ROLES:
        held = row_of(place.client, f"api/2/project/{place.mapping.project}/role/{number}")
        return "somebody has it" if held.get("actors") else ""
    answer = place.client.post(
        place.flavour.search, {"jql": f"priority = {quoted(name)}", "fields": ["priority"], "maxResults": 1}
    )
    return "issues have it" if isinstance(answer, dict) and answer.get("issues") else ""
