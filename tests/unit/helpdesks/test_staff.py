"""Who was support when: what was seen while somebody had a role counts after it is gone."""

import pytest

from connector.domain.vocabulary import Actor
from connector.helpdesks.staff import Staff
from tests.builders import at


def test_what_was_done_as_support_stays_supports() -> None:
    staff = Staff()
    assert staff.as_of("7", at(hours=1), Actor.AGENT) is Actor.AGENT

    assert staff.as_of("7", at(), Actor.CUSTOMER) is Actor.AGENT
    assert staff.as_of("7", at(hours=1), Actor.CUSTOMER) is Actor.AGENT
    assert staff.as_of("7", at(hours=1, seconds=1), Actor.CUSTOMER) is Actor.CUSTOMER
    assert staff.as_of("8", at(), Actor.CUSTOMER) is Actor.CUSTOMER


def test_a_manager_who_is_an_agent_now_was_a_manager_then() -> None:
    staff = Staff()
    staff.as_of("7", at(hours=1), Actor.MANAGER)

    assert staff.as_of("7", at(), Actor.AGENT) is Actor.MANAGER
    assert staff.as_of("7", at(hours=2), Actor.AGENT) is Actor.AGENT


def test_only_support_is_remembered() -> None:
    staff = Staff()
    for actor in (Actor.CONNECTOR, Actor.OTHER_CONNECTOR, Actor.SYSTEM, Actor.CUSTOMER):
        assert staff.as_of("7", at(), actor) is actor

    assert staff.news() == {}


def test_news_are_given_until_they_are_kept() -> None:
    staff, elsewhere = Staff(), Staff()
    staff.as_of("7", at(hours=1), Actor.AGENT)
    staff.as_of("7", at(), Actor.AGENT)
    news = staff.news()
    assert news == {("7", Actor.AGENT): at(hours=1)}

    staff.as_of("7", at(hours=2), Actor.AGENT)
    staff.kept(news)
    assert staff.news() == {("7", Actor.AGENT): at(hours=2)}
    staff.kept(staff.news())
    assert staff.news() == {}

    elsewhere.recall(news)
    assert elsewhere.as_of("7", at(hours=1), Actor.CUSTOMER) is Actor.AGENT
    assert elsewhere.news() == {}


def test_who_becomes_support_was_none_before() -> None:
    """A customer's contact is hired. It outlasts a restart once it has been seen."""
    staff, restarted = Staff(), Staff()
    staff.as_of("7", at(hours=1), Actor.CUSTOMER)
    staff.as_of("7", at(), Actor.CUSTOMER)

    acts = [staff.as_of("7", at(hours=hours), Actor.AGENT) for hours in (3, 1, 0)]

    assert acts == [Actor.AGENT, Actor.CUSTOMER, Actor.CUSTOMER]
    assert staff.news() == {("7", Actor.CUSTOMER): at(hours=1), ("7", Actor.AGENT): at(hours=3)}
    restarted.recall(staff.news())
    assert restarted.as_of("7", at(), Actor.AGENT) is Actor.CUSTOMER
    assert restarted.as_of("8", at(), Actor.AGENT) is Actor.AGENT


def test_who_comes_back_to_support_was_support_before() -> None:
    staff = Staff()
    staff.as_of("7", at(hours=1), Actor.AGENT)
    staff.as_of("7", at(hours=2), Actor.CUSTOMER)

    assert staff.as_of("7", at(hours=3), Actor.AGENT) is Actor.AGENT
    assert staff.as_of("7", at(), Actor.AGENT) is Actor.AGENT


def test_those_without_a_role_take_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.helpdesks.staff._MOST_OTHERS", 2)
    staff = Staff()
    for account in "789":
        staff.as_of(account, at(), Actor.CUSTOMER)

    assert staff.as_of("9", at(), Actor.AGENT) is Actor.CUSTOMER
    assert staff.as_of("7", at(), Actor.AGENT) is Actor.AGENT
