"""The rules are for the tickets of support; everybody else's are left alone."""

from tests.promises.conftest import Cast, zammad_house
from tests.promises.public_reports.conftest import ours


def test_an_application_for_a_job_gets_no_questions(zammad: Cast) -> None:
    """suer/redmine_webhook#27, mattermost/mattermost-plugin-gitlab#14."""
    sandbox = zammad_house(zammad.stage).sandbox
    sandbox.add_group("HR")
    text = "Dear HR, please find my application."
    ticket = str(sandbox.receive_mail("applicant@mail.example", "My application", text, "HR"))
    zammad.stage.settle()
    assert ours(zammad, ticket).count(False) == 0
