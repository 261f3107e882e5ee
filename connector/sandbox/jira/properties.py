"""What apps keep on projects, issues and comments: values by key, the same calls for each."""

import json
from collections.abc import Mapping, MutableMapping

from connector.sandbox.jira.call import Answer
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


def shown(properties: Mapping[str, Json], name: str) -> Answer:
    """`GET …/properties/{name}`."""
    if name not in properties:
        raise _unknown(name)
    return 200, {"key": name, "value": properties[name]}


def stored(properties: MutableMapping[str, Json], name: str, value: Json) -> Answer:
    """`PUT …/properties/{name}`."""
    new = name not in properties
    properties[name] = checked(name, value)
    return (201 if new else 200), None


def dropped(properties: MutableMapping[str, Json], name: str) -> Answer:
    """`DELETE …/properties/{name}`."""
    if name not in properties:
        raise _unknown(name)
    del properties[name]
    return 204, None


def _unknown(name: str) -> JiraError:
    return JiraError(404, f"The property with key '{name}' does not exist.")
