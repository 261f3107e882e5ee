"""Laws of the comparison."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connector.helpdesks.zammad.install.tables import KINDS
from connector.install.compare import changes, resolved
from connector.install.objects import ADOPTED, MARK, Including, Ref, Sealed, is_adopted, is_marked, marked, unmarked

KIND = KINDS["triggers"]
IDS = {("webhooks", "hook"): 7}

_scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
_bodies = st.dictionaries(st.sampled_from(["condition", "perform", "name", "active"]), _values, max_size=4)


def differences(row: dict[str, Any], body: dict[str, Any], secrets: dict[str, str] | None = None) -> list[Any]:
    return [change.path for change in changes(row, body, IDS, secrets or {}, KIND)]


@given(_bodies)
def test_what_is_as_wanted_does_not_differ(body: dict[str, Any]) -> None:
    assert differences(body, body) == []


@given(_bodies, st.sampled_from(["condition", "perform"]))
def test_anything_else_differs(body: dict[str, Any], name: str) -> None:
    wanted = {**body, name: {"operator": "is", "value": "wanted"}}
    assert differences({**wanted, name: {"operator": "is", "value": "other"}}, wanted) == [(name, "value")]


def test_a_reference_differs_until_it_is_the_right_id() -> None:
    body = {"perform": {"notification.webhook": {"webhook_id": Ref("webhooks", "hook")}}}
    assert differences(resolved(body, IDS, {}), body) == []
    assert differences({"perform": {"notification.webhook": {"webhook_id": "7"}}}, body) == []
    assert differences({"perform": {"notification.webhook": {"webhook_id": 8}}}, body) != []


def test_an_object_that_is_not_there_yet_differs() -> None:
    body = {"group_ids": {Ref("groups", "new"): ["full"]}}
    assert differences({"group_ids": {"7": ["full"]}}, body) != []


def test_a_list_may_hold_more_than_it_has_to() -> None:
    body = {"role_ids": Including((Ref("webhooks", "hook"),))}
    assert differences({"role_ids": [1, 7]}, body) == []
    assert differences({"role_ids": [1]}, body) == [("role_ids",)]


def test_the_order_of_values_in_a_condition_does_not_matter() -> None:
    assert differences({"condition": {"x": {"value": ["2", "1"]}}}, {"condition": {"x": {"value": [1, 2]}}}) == []


def test_a_secret_is_compared_and_never_told() -> None:
    body = {"signature_token": Sealed("HOOK")}
    assert differences({"signature_token": "right"}, body, {"HOOK": "right"}) == []
    assert differences({"signature_token": "******"}, body, {"HOOK": "right"}) == [], "newer versions hide it"
    (change,) = changes({"signature_token": "wrong"}, body, IDS, {"HOOK": "right"}, KIND)
    assert not {"right", "wrong"} & set(map(str, change.to_dict().values()))
    for held in (None, "wrong"):
        assert differences({"signature_token": held}, body, {}) == [("signature_token",)]


def test_a_secret_that_is_yet_to_be_made_looks_different() -> None:
    body = {"signature_token": Sealed("HOOK")}
    (known,) = changes({"signature_token": "wrong"}, body, IDS, {"HOOK": "right"}, KIND)
    (made,) = changes({"signature_token": "wrong"}, body, IDS, {}, KIND)
    assert (known.old, known.new) == ("(secret)", "(secret)")
    assert (made.old, made.new) == ("(secret)", "(new secret)")


@given(st.text())
def test_marks_come_and_go(note: str) -> None:
    for mark in (MARK, ADOPTED):
        assert is_marked(marked(note, mark))
        assert unmarked(marked(note, mark)) == unmarked(note)
    assert is_adopted(marked(marked(note, MARK), ADOPTED))
    assert not is_adopted(marked(marked(note, ADOPTED), MARK))


def test_a_mark_of_another_version_is_ours_and_no_difference() -> None:
    old = "Sent once. [interspace-connector 0.0.1]"
    assert KIND.is_ours({"note": old})
    assert differences({"note": old}, {"note": "Sent once."}) == []
