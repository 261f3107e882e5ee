"""What a machine answered is never what the customer said."""

from tests.promises.conftest import Cast
from tests.promises.public_reports.conftest import deferrable, requests_of


def test_an_absence_notice_agrees_to_nothing(friday: Cast) -> None:
    """zammad/zammad#5113, #193; osTicket/osTicket#1744."""
    ticket = deferrable(friday)
    absent = "I am out of the office. If your request can wait until Monday, I will answer then."
    friday.customer.mails(ticket, absent, automatic=True)
    friday.stage.settle()
    assert friday.stage.ticket(ticket).fields.deferred_until is None


def test_a_bounce_that_repeats_our_question_agrees_to_nothing() -> None:
    """zammad/zammad#1131, frappe/helpdesk#3628, glpi-project/glpi#16785."""
    bounce = (
        "This is the mail system. Your message could not be delivered.\n\n<ada@harbour.example>: mailbox full\n\n"
        "Hello Ada,\n\nIf you agree, please reply: I agree to the deferral."
    )
    assert requests_of(bounce) == set()
