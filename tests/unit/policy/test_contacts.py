"""Whom the helpdesk can mail when a level is reached."""

import pytest

from connector.policy.contacts import addresses, mails_nobody, named_services
from connector.policy.ladder import Level
from connector.policy.load import load_policy
from connector.policy.models import Policy

from .files import POLICY, SERVICES


def policy_with(**contacts: str) -> Policy:
    """One ladder whose level 3 is passed over; ``l2="a"`` makes a the contact of level 2."""
    policy = load_policy(POLICY, SERVICES)
    default = policy.escalation.ladders["default"]
    levels = [
        level.model_copy(update={"contacts": (contacts.get(f"l{level.level}", "A name"),), "skip": level.level == 3})
        for level in default.levels
    ]
    ladders = {"default": default.model_copy(update={"levels": tuple(levels)})}
    escalation = policy.escalation.model_copy(update={"ladders": ladders})
    return policy.model_copy(update={"escalation": escalation})


@pytest.mark.parametrize(
    ("contacts", "said"),
    [
        ({}, "levels 2, 4, 5 have no e-mail address among their contacts: the helpdesk mails nobody when a ticket "
        "reaches them"),
        ({"l2": "shift@isp.example", "l4": "d@isp.example"}, "level 5 has no e-mail address among its contacts: the "
        "helpdesk mails nobody when a ticket reaches it"),
        ({"l2": "shift@isp.example", "l4": "d@isp.example", "l5": "b@isp.example"}, ""),
    ],
)  # fmt: skip
def test_levels_that_mail_nobody(contacts: dict[str, str], said: str) -> None:
    assert mails_nobody(policy_with(**contacts)) == said


def test_an_address_among_names_is_enough() -> None:
    level: Level = load_policy(POLICY, SERVICES).escalation.ladders["default"].levels[1]

    mixed = level.model_copy(update={"contacts": ("Shift manager", "Shift@ISP.example")})

    assert addresses(mixed) == ("shift@isp.example",)


def test_a_ladder_is_told_by_its_services_and_the_default_by_all_that_have_another() -> None:
    """R35: a search of the helpdesk names services only."""
    policy = load_policy(POLICY, SERVICES)
    of_acme, of_transit = named_services(policy, "acme"), named_services(policy, "transit_premium")

    assert "SVC-1001" in of_acme
    assert "SVC-1003" in of_transit
    assert not {"SVC-1003", "SVC-1004"} & set(of_acme)
    assert "SVC-1004" not in named_services(policy, "default")
    assert set(named_services(policy, "default")) == {*of_acme, *of_transit}
