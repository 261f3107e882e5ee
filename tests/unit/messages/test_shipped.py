"""The messages that come with the product."""

from connector.policy.messages import check_shipped


def test_every_shipped_message_renders_for_every_combination_of_its_data() -> None:
    assert check_shipped() == []
