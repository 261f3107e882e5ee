"""Whole messages as customers write them, and all that each of them says."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.rules.text.reading import read

TEN = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
NINE = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

ENGLISH_FORM = """Hello support,

please find the details below.

- Service ID: SVC-1001
- Start time: 2026-11-22 10:00 UTC
- Short description: no light on the uplink
- Impact [required]: service affecting
- Urgency: high
- Circuit ID: C-4711
- Fault type: permanent fault
- IP address: 192.0.2.1, 2001:db8::/32
- Test results:
  ping 192.0.2.1: 100 % loss
  traceroute ends at hop 3

Best regards
Max Mustermann
Service: 24/7 hotline
"""
GERMAN_FORM = """Sehr geehrte Damen und Herren,

1. Service-ID: SVC-1001
2. Startzeit des Problems = 22.11.2026 10:00 Uhr MEZ
3. Kurze Beschreibung des Problems: hohe Latenz nach Frankfurt,
   seit der Wartung
4. Auswirkung: Verschlechterung
5. Dringlichkeit – mittel
6. Leitungs-ID: L 4711/2
7. Art des Fehlers: intermittierend
8. IP-Adresse(n): 192.0.2.1 und 192.0.2.2
9. Testergebnisse/Protokolle: siehe Anhang

Mit freundlichen Grüßen
Erika Mustermann
"""
PHONE_NOTE = "Caller: Max, SVC-1001; Start: today 10:00 UTC; Problem: link flaps; Impact: degradation, Urgency: low"
PROSE = """Hi team,

SVC-1001 does not answer since 22.11.2026 10:00 UTC, our router is 192.0.2.1. This is service-affecting.

Sent from my iPhone
"""
GMAIL_HTML = """<div dir="ltr"><div>Hi,</div><div><br></div><div><b>Service&nbsp;ID:</b> SVC-1001</div>
<div><b>Impact*:</b> non-service affecting</div></div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On
Sun, Nov 22, 2026 at 11:00 AM Support &lt;<a href="mailto:s@example.net">s@example.net</a>&gt; wrote:<br></div>
<blockquote class="gmail_quote" style="margin:0 0 0 .8ex"><div>Service ID: SVC-2002<br>
Start time: 2026-11-22 10:00 UTC<br>Description (one sentence): <br>
Impact (service affecting, degradation, or non-service affecting): </div></blockquote></div>"""
OUTLOOK_HTML = """<html xmlns:o="urn:x"><head><style>@page{}</style></head><body lang=DE>
<p class=MsoNormal>Hallo,<o:p></o:p></p><table class=MsoTableGrid border=1><tr><td><p>Service-ID</p></td><td>
<p>SVC-1001</p></td></tr><tr><td><p>Startzeit</p></td><td><p>22.11.2026 11:00 MEZ</p></td></tr>
<tr><td>Auswirkung</td><td>Service-beeinträchtigend
</td></tr><tr><td>Beschreibung</td><td>Ausfall</td></tr></table><p>Viele Grüße<br>Max</p>
<div><p><b>Von:</b> Support<br><b>Gesendet:</b> Sonntag, 22. November 2026 11:30<br><b>An:</b> Max<br>
<b>Betreff:</b> AW: x</p></div>
<p>Service ID: SVC-2002<br>Urgency: high</p></body></html>"""
LAYOUT_HTML = """<table width="600"><tr><td><table><tr><td>Service ID</td><td>SVC-1001</td></tr>
<tr><td>Impact</td><td>degradation</td></tr></table></td></tr></table>"""
FILLED_BELOW = """Please see below.

From: Support <support@example.net>
Sent: Sunday, November 22, 2026 11:00 AM
To: Max <max@example.com>
Subject: Ticket 41002: details needed

Service ID (as in your welcome message): SVC-1001
Start time (date, time and time zone, for example 2026-11-22 10:05 UTC): 22 Nov 2026 10:00 CET
Description (one sentence): no light
Impact (service affecting, degradation, or non-service affecting): service affecting

Please reply to this message and fill in the lines above.
"""
MARKDOWN = (
    "**Service ID:** SVC-1001\n*Impact:* degradation\n_Urgency_: low\n• IP address = 192.0.2.1\n## Description: x"
)
WEB_FORM = "Service ID\tSVC-1001\nImpact\tService affecting\nYour description\tno light\nUrgency\tHigh"
MENU_UNFILLED = "Service ID:\n\nStart time:\n\nDescription:\n\nImpact:\n\nThanks\nMax"
CHAT = "Hello, internet is slow and the hotline does not answer. Can somebody call me back? My number is 030 123456."


@pytest.mark.parametrize(
    ("body", "is_html", "expected"),
    [
        pytest.param(
            ENGLISH_FORM,
            False,
            {
                "service_id": "SVC-1001",
                "problem_start": TEN,
                "short_description": "no light on the uplink",
                "impact": "service_affecting",
                "urgency": "high",
                "circuit_id": "C-4711",
                "fault_type": "permanent",
                "ip_addresses": "192.0.2.1, 2001:db8::/32",
                "test_results": "ping 192.0.2.1: 100 % loss\ntraceroute ends at hop 3",
            },
            id="english form as a list",
        ),
        pytest.param(
            GERMAN_FORM,
            False,
            {
                "service_id": "SVC-1001",
                "problem_start": NINE,
                "short_description": "hohe Latenz nach Frankfurt, seit der Wartung",
                "impact": "degradation",
                "urgency": "medium",
                "circuit_id": "L 4711/2",
                "fault_type": "intermittent",
                "ip_addresses": "192.0.2.1, 192.0.2.2",
                "test_results": "siehe Anhang",
            },
            id="german form, numbered",
        ),
        pytest.param(
            PHONE_NOTE,
            False,
            {
                "service_id": "SVC-1001",
                "problem_start": TEN,
                "short_description": "link flaps",
                "impact": "degradation",
                "urgency": "low",
            },
            id="phone note on one line",
        ),
        pytest.param(
            PROSE,
            False,
            {
                "service_id": "SVC-1001",
                "problem_start": TEN,
                "impact": "service_affecting",
                "ip_addresses": "192.0.2.1",
            },
            id="prose",
        ),
        pytest.param(
            GMAIL_HTML,
            True,
            {"service_id": "SVC-1001", "problem_start": TEN, "impact": "non_service_affecting"},
            id="gmail, half filled above and half in the quote",
        ),
        pytest.param(
            OUTLOOK_HTML,
            True,
            {
                "service_id": "SVC-1001",
                "problem_start": TEN,
                "short_description": "Ausfall",
                "impact": "service_affecting",
            },
            id="outlook with a table",
        ),
        pytest.param(
            LAYOUT_HTML, True, {"service_id": "SVC-1001", "impact": "degradation"}, id="table inside a layout table"
        ),
        pytest.param(
            FILLED_BELOW,
            False,
            {
                "service_id": "SVC-1001",
                "problem_start": NINE,
                "short_description": "no light",
                "impact": "service_affecting",
            },
            id="filled in below an outlook header",
        ),
        pytest.param(
            MARKDOWN,
            False,
            {
                "service_id": "SVC-1001",
                "short_description": "x",
                "impact": "degradation",
                "urgency": "low",
                "ip_addresses": "192.0.2.1",
            },
            id="bold labels",
        ),
        pytest.param(
            WEB_FORM,
            False,
            {
                "service_id": "SVC-1001",
                "short_description": "no light",
                "impact": "service_affecting",
                "urgency": "high",
            },
            id="cells split by tabs",
        ),
        pytest.param(MENU_UNFILLED, False, {}, id="form left empty"),
        pytest.param(CHAT, False, {}, id="nothing that is asked for"),
        pytest.param("", False, {}, id="empty"),
        pytest.param("", True, {}, id="empty html"),
    ],
)
def test_a_message_says_exactly_this(body: str, is_html: bool, expected: dict[str, Any]) -> None:
    said = read(body, is_html)
    found = said.model_dump(exclude_none=True, exclude_defaults=True, exclude={"first_words", "zone_assumed"})
    assert found == expected
    assert said.doubts == ()
    assert said.zone_assumed is None
    assert read(body.replace("\n", "\r\n"), is_html) == said
