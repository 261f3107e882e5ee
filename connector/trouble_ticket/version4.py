"""Version 4 of the standard as a view on version 5: the same ticket, some attributes under other names."""

from collections.abc import Mapping
from typing import Any

_RENAMED = {"statusChangeDate": "changeDate", "statusChangeReason": "changeReason"}
_ENTITY = ("id", "href", "name", "@referredType")
_OWN_TYPE = "@typeOfVersion4"
"""What version 4 called ``@type``; version 5 has types of its own there."""
_OWN_NAME = "@attributeOfVersion4"
"""Marks the identifier that version 4 sent as ``externalId``, beside those that it may send as version 5 does."""
_ONLY_5 = ("troubleTicketCharacteristic", "troubleTicketSpecification")


def from_version_4(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body of version 4 as version 5 has it. What version 5 does not know stays, to come back as it was sent."""
    found = {name: value for name, value in body.items() if name != "statusChange"}
    if (external := found.pop("externalId", None)) is not None:
        own = {"id": external, "@type": "ExternalIdentifier", _OWN_NAME: "externalId"}
        found["externalIdentifier"] = [own, *(found.get("externalIdentifier") or ())]
    if entities := found.get("relatedEntity"):
        found["relatedEntity"] = [_outer(each, "entity", "EntityRef", "RelatedEntity") for each in entities]
    if parties := found.get("relatedParty"):
        found["relatedParty"] = [
            _outer(each, "partyOrPartyRole", "PartyRef", "RelatedPartyRefOrPartyRoleRef") for each in parties
        ]
    return found


def to_version_4(ticket: Mapping[str, Any]) -> dict[str, Any]:
    """A ticket of version 5 as version 4 has it."""
    found = {name: value for name, value in ticket.items() if name not in _ONLY_5}
    if external := found.pop("externalIdentifier", None):
        found["externalId"] = external[0]["id"]
        if as_sent := [each for each in external if _OWN_NAME not in each]:
            found["externalIdentifier"] = as_sent
    if entities := found.get("relatedEntity"):
        found["relatedEntity"] = [_inner(each, "entity") for each in entities]
    if parties := found.get("relatedParty"):
        # Version 4 knows no party without an id.
        found["relatedParty"] = [_inner(each, "partyOrPartyRole") for each in parties if "partyOrPartyRole" in each]
    if history := found.pop("statusChangeHistory", None):
        found["statusChange"] = [{_RENAMED.get(name, name): value for name, value in each.items()} for each in history]
    return found


def _outer(flat: Mapping[str, Any], name: str, inner_type: str, outer_type: str) -> dict[str, Any]:
    inner = {key: flat[key] for key in _ENTITY if key in flat}
    more = {key: value for key, value in flat.items() if key not in (*_ENTITY, "@type")}
    own = {_OWN_TYPE: flat["@type"]} if "@type" in flat else {}
    return {**more, **own, "@type": outer_type, name: {**inner, "@type": inner_type}}


def _inner(nested: Mapping[str, Any], name: str) -> dict[str, Any]:
    inner = {key: value for key, value in nested.get(name, {}).items() if key != "@type"}
    more = {key: value for key, value in nested.items() if key not in (name, "@type", _OWN_TYPE)}
    if _OWN_TYPE in nested:
        more["@type"] = nested[_OWN_TYPE]
    # The standard wants it, and version 5 does not always say it.
    return {"@referredType": "Entity", **inner, **more}
