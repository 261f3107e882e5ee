"""Who was support when: what was seen while somebody had a role counts after it is gone."""

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
