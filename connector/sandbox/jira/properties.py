"""What apps keep on projects, issues and comments: values by key, the same calls for each."""

import json
from collections.abc import Callable
from typing import Any

from connector.sandbox.jira.call import Call
from connector.sandbox.jira.endpoints import Answer, answers
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


def serve_properties(
    path: str, may_write: Callable[[Call, Any], None] = lambda _call, _of: None, *, deletes: bool = True
) -> None:
    """`GET`, `PUT` and, with `deletes`, `DELETE` of `path/properties/{name}`; the path ends in a noun."""

    @answers(f"GET {path}/properties/*")
    def _shown(_call: Call, of: Any, name: str) -> Json:
        return {"key": name, "value": _there(of, name)}

    @answers(f"PUT {path}/properties/*")
    def _stored(call: Call, of: Any, name: str) -> Answer:
        may_write(call, of)
        new = name not in of.properties
        of.properties[name] = checked(name, call.body)
        return Answer(201 if new else 200)

    def _dropped(call: Call, of: Any, name: str) -> None:
        may_write(call, of)
        _there(of, name)
        del of.properties[name]

    if deletes:
        answers(f"DELETE {path}/properties/*")(_dropped)


def _there(of: Any, name: str) -> Json:
    if name not in of.properties:
        raise JiraError(404, f"The property with key '{name}' does not exist.")
    return of.properties[name]
