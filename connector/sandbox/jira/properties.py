"""What apps keep on projects, issues and comments: values by key, the same calls for each."""

import json
from collections.abc import Callable

from connector.sandbox.jira.call import Answer, Call
from connector.sandbox.jira.errors import JiraError
from connector.sandbox.jira.records import Json

LONGEST_KEY, LONGEST_VALUE = 255, 32_768


def checked(key: str, value: Json) -> Json:
    """The value, if key and value are not too long. Raises JiraError 400."""
    if not key or len(key) > LONGEST_KEY:
        raise JiraError(400, f"The property key length must be between 1 and {LONGEST_KEY} characters.")
    if len(json.dumps(value, ensure_ascii=False)) > LONGEST_VALUE:
        raise JiraError(400, f"The length of the property value is longer than {LONGEST_VALUE} characters.")
    return value


def routes(path: str, of: Callable[..., dict[str, Json]], *, deletes: bool = True) -> dict[str, Callable[..., Answer]]:
    """`GET`, `PUT` and, with `deletes`, `DELETE` of `path/{name}`.

    ``of`` finds the properties for a call and the ids in the path. It is told whether they are to be written.
    """

    def show(call: Call, *ids: str) -> Answer:
        *above, name = ids
        held = of(call, *above, write=False)
        if name not in held:
            raise _unknown(name)
        return 200, {"key": name, "value": held[name]}

    def store(call: Call, *ids: str) -> Answer:
        *above, name = ids
        held = of(call, *above, write=True)
        new = name not in held
        held[name] = checked(name, call.body)
        return (201 if new else 200), None

    def drop(call: Call, *ids: str) -> Answer:
        *above, name = ids
        held = of(call, *above, write=True)
        if name not in held:
            raise _unknown(name)
        del held[name]
        return 204, None

    return {f"GET {path}/*": show, f"PUT {path}/*": store, **({f"DELETE {path}/*": drop} if deletes else {})}


def _unknown(name: str) -> JiraError:
    return JiraError(404, f"The property with key '{name}' does not exist.")
