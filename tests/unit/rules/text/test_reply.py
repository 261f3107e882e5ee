"""Whose words are whose: replies, quotations and signatures of the usual clients."""

import pytest

from tests.unit.rules.text.reading import own, read

GMAIL_EN = "On Sun, Nov 22, 2026 at 10:00 AM Support <support@example.net> wrote:"
GMAIL_DE = "Am So., 22. Nov. 2026 um 10:00 Uhr schrieb Support\n<support@example.net>:"
OUTLOOK_DE = "Von: Support\nGesendet: Sonntag, 22. November 2026 10:00\nAn: Max\nBetreff: AW: Ticket"
OUTLOOK_EN = "*From:* Support <s@example.net>\n*Sent:* Sunday, November 22, 2026 10:00 AM\n*To:* Max\n*Subject:* Ticket"


@pytest.mark.parametrize(
    "quoted",
    [
        f"{GMAIL_EN}\n> please escalate",
        f"{GMAIL_EN}\n\nplease escalate",
        f"{GMAIL_DE}\n\n> please escalate\n> > and more",
        f"________________________________\n{OUTLOOK_DE}\n\nplease escalate",
        f"{OUTLOOK_EN}\n\nplease escalate",
        "-----Ursprüngliche Nachricht-----\nVon: x\n\nplease escalate",
        "-----Original Message-----\nplease escalate",
        "> please escalate",
        "-- \nMax\nplease escalate",
        "Best regards,\nMax Mustermann\nplease escalate GmbH",
        "Mit freundlichen Grüßen\n\nMax Mustermann\nplease escalate GmbH",
        "Thanks and best regards, Max\nExample GmbH\nplease escalate",
        "Von meinem iPhone gesendet",
        "Sent from my Galaxy",
        "Get Outlook for iOS<https://aka.ms/x>",
    ],
)
def test_quotations_and_signatures_are_removed(quoted: str) -> None:
    assert own(f"The line is down.\n\n{quoted}", False) == "The line is down."


@pytest.mark.parametrize(
    "body",
    [
        "Thanks,\nplease escalate this",
        "Hello\n\nThanks, please escalate",
        "Hello\n\nThanks,\nwe still have the problem",
        "Hello\n- first: a\n- second: b",
        "On Sunday we wrote: all is fine",
        "Von: Herr Müller\nDatum: 22.11.2026\nkeine Verbindung",
        "From here to there\nDate: unknown",
        "Best effort traffic is lost",
    ],
)
def test_the_customers_own_words_are_kept(body: str) -> None:
    assert own(body, False) == body


def test_a_reply_below_or_between_quotations_is_kept() -> None:
    below = f"{GMAIL_EN}\n> Is it still down?\n\nYes, it is."
    between = f"{GMAIL_EN}\n> Is it down?\nYes.\n> Since when?\nSince noon.\n"
    assert own(below, False) == "Yes, it is."
    assert own(between, False) == "Yes.\nSince noon."


def test_a_postscript_ends_a_signature() -> None:
    assert own("Hi\n\nBest regards\nMax\n\nPS: please call", False) == "Hi\n\nPS: please call"


def test_html_blockquotes_and_marked_signatures_are_removed() -> None:
    body = (
        '<div dir="ltr">top<div class="gmail_signature">Max</div></div><div class="gmail_quote">'
        f'<div class="gmail_attr">{GMAIL_EN.replace("<", "&lt;")}<br></div><blockquote>quoted<table><tr><td>cell</td>'
        "</tr></table></blockquote></div><p>below</p>"
    )
    assert own(body, True) == "top\n\nbelow"


@pytest.mark.parametrize(
    "gone",
    [
        '<div style="display: none">please escalate</div>',
        "<p hidden>please escalate</p>",
        "<p><s>please escalate</s></p>",
        '<p><span style="text-decoration:line-through">please escalate</span></p>',
    ],
)
def test_what_nobody_sees_or_what_is_struck_out_is_not_said(gone: str) -> None:
    assert own(f"<div>{gone}<p>top</p></div>", True).strip() == "top"


def test_outlook_html_is_cut_at_its_header() -> None:
    body = (
        "<html><head><style>p {margin:0}</style></head><body><p class=MsoNormal>top<o:p></o:p></p>"
        '<div style="border-top:solid 1pt"><p><b>Von:</b> Support &lt;s@example.net&gt;<br><b>Gesendet:</b> Sonntag<br>'
        "<b>An:</b> Max<br><b>Betreff:</b> Ticket</p></div><p>quoted</p></body></html>"
    )
    assert own(body, True) == "top"


def test_a_filled_line_in_a_quotation_counts_only_where_no_own_words_give_the_field() -> None:
    quoted = "> Service ID: SVC-2002\n> Impact (one of three): degradation\n> Urgency:\n"
    said = read(f"Service ID: SVC-1001\n\n{GMAIL_EN}\n{quoted}")
    assert said.service_id == "SVC-1001"
    assert said.impact == "degradation"
    assert said.urgency is None
    assert said.doubts == ()


def test_labelled_lines_in_a_quotation_that_is_not_our_question_are_old() -> None:
    """A reply to a closed ticket opens a new one, with the old values below."""
    said = read(
        f"Another line has errors.\n\n{OUTLOOK_EN}\n\nService ID: SVC-2002\nImpact: degradation\nUrgency: high\n"
    )
    assert (said.service_id, said.impact, said.urgency) == (None, None, None)


def test_own_prose_goes_before_a_quoted_line() -> None:
    assert read("SVC-1001 again\n> Service ID: SVC-2002").service_id == "SVC-1001"


def test_our_own_question_quoted_back_says_nothing() -> None:
    said = read(
        "Will do.\n\n> Service ID (as in your welcome message):\n> Start time (date, time and time zone, for example\n"
        "> 2026-11-22 10:05 UTC):\n> Impact: service affecting, degradation or non-service affecting\n"
        '> - Is "02/03/2026" 2 March or 3 February 2026?\n> Start time: Is "02/03/2026" 2 March?\n'
        "> Service ID: please see your welcome message?\n> Description:\n> Your support team"
    )
    assert said == type(said)()


def test_an_answer_below_each_quoted_label_counts() -> None:
    said = read("> Service ID:\nSVC-1001\n> Start time:\n\n22.11.2026 10:00 UTC\n\n> Description:\nno light\nat all\n")
    assert (said.service_id, said.short_description) == ("SVC-1001", "no light at all")
    assert said.problem_start is not None
    assert said.doubts == ()


def test_a_labelled_line_after_a_farewell_still_counts() -> None:
    assert read("Hello\n\nThanks\nMax\n\nService ID: SVC-1001").service_id == "SVC-1001"


def test_no_label_that_the_customer_filled_is_lost_in_an_unmarked_quotation() -> None:
    filled = "Service ID (as in your welcome message): SVC-1001\nStart time: 02/03/2026 10:00\nImpact:\n"
    said = read(f"see below\n\n{OUTLOOK_DE}\n\n{filled}")
    assert said.service_id == "SVC-1001"
    assert [doubt.field for doubt in said.doubts] == ["problem_start"]


def test_only_the_first_64_kb_of_text_are_read() -> None:
    filler = "x" * 70_000
    assert read(f"Service ID: SVC-1001\n{filler}\nImpact: degradation").impact is None
    assert read(f"Service ID: SVC-1001\n{filler}").service_id == "SVC-1001"
    assert len(own("word " * 40_000, False)) <= 65_536


@pytest.mark.parametrize(
    "piece",
    ["\n", "> ", "On a wrote: b\n", "From: a\n", "Impact: x, ", "since 22.11.2026 10:00 ", "(", "a:", "1.", "[x] "],
)
def test_repetition_that_ruins_a_regular_expression_is_read_to_its_end(piece: str) -> None:
    body = piece * (65_536 // len(piece))
    assert read(body).short_description is None
    assert len(own(body, False)) <= 65_536


@pytest.mark.parametrize(
    "piece", ["<div>", "<table><tr><td>a", "<blockquote>a", "<", "&", "<pre>a\n", "<td>" + "x" * 999]
)
def test_markup_that_nests_without_end_is_read_to_its_end(piece: str) -> None:
    body = f"<p>Service ID: SVC-1001</p>{piece * (131_072 // len(piece))}"
    assert read(body, is_html=True).service_id == "SVC-1001"


def test_a_wide_cell_does_not_widen_every_row() -> None:
    rows = "<tr><td>a</td><td>b</td></tr>" * 500
    body = f"<table>{rows}<tr><td>{'x' * 20_000}</td></tr></table><p>Service ID: SVC-1001</p>"
    assert read(body, is_html=True).service_id == "SVC-1001"


def test_styles_cannot_push_the_text_away() -> None:
    body = '<p style="margin-top:99999em">a</p><div style="padding-left:999999em">Service ID: SVC-1001</div>'
    assert read(body, is_html=True).service_id == "SVC-1001"


def test_a_quoted_line_below_an_own_label_is_no_answer() -> None:
    assert read("Service ID:\n> SVC-1001").service_id is None
