"""What can be wrong with calendars, matrix and priorities is reported with its line and path."""

from pathlib import Path

import pytest

from .files import POLICY, Case, expected_and_found

PRIORITIES = "expected 'P1', 'P2', 'P3' or 'P4'"
SECTION = "expected a section of settings (name: value)"
CLOCK = "expected a time of day from 00:00 to 23:59, with two digits (example: 09:00)"
SPANS = "(examples: 15 min, 4 h, 2 days, 5 working days)"
STATES = "BB, BE, BW, BY, HB, HE, HH, MV, NI, NW, RP, SH, SL, SN, ST, TH, Augsburg"

SAME = "opens and closes are both 09:00; a whole day is 00:00 to 24:00"
NAME, ALWAYS = "name: Interspace\n", "    always: true\n"
ZONE, OPENS, CLOSED = "    timezone: Europe/Berlin", "opens: 09:00", "closed: []"
ROW, LAST = "{high: P2, medium: P3, low: P4} ", "  - {urgency: medium}\n"
FIRST_RESPONSE = "    first_response: 15 min\n"

CASES = [
    Case(NAME, "name:\n", "name: expected a text, not a section, a list or nothing"),
    Case(NAME, "name: {a: b}\n", "name: expected a text, not a section, a list or nothing"),
    Case(NAME, "name: ''\n", "name: must not be empty"),
    Case(NAME, NAME + "name: Other\n", "name: is already there, on line 9", at="name: Other"),
    Case(NAME, "version: 7\n" + NAME, "version: there is no such setting"),
    Case(
        NAME,
        "applies_since: 2026-12-01T08:00:00\n" + NAME,
        "applies_since: the time needs its zone, as in 2026-11-22T08:00:00+01:00",
    ),
    Case(NAME, "catalogue: {}\n" + NAME, "catalogue: there is no such setting"),
    Case("default_priority: P3", "default_priority: major", f"default_priority: {PRIORITIES}"),
    # calendars
    Case(ALWAYS, "    always: 3 o'clock\n", "calendars.always.always: expected true or false"),
    Case(
        ALWAYS,
        "    always: no\n",
        "calendars.always: needs 'always: true', or days, opens and closes, or hours",
        at="  always:     ",
    ),
    Case(
        ALWAYS,
        ALWAYS + "    days: [mon]\n",
        "calendars.always: 'always: true' excludes days, opens, closes, hours, holidays and closed",
        at="  always:     ",
    ),
    Case(
        ZONE,
        "    timezone: Europe/Berln",
        "calendars.office.timezone: 'Europe/Berln' is not an IANA time zone (example: Europe/Berlin)",
    ),
    Case(
        ZONE,
        "    timezone: /etc/passwd",
        "calendars.office.timezone: '/etc/passwd' is not an IANA time zone (example: Europe/Berlin)",
    ),
    Case(ZONE, "    timezone: ''", "calendars.office.timezone: '' is not an IANA time zone (example: Europe/Berlin)"),
    Case(
        "[mon, tue,",
        "[mon, tuesday,",
        "calendars.office.days[1]: expected 'mon', 'tue', 'wed', 'thu', 'fri', 'sat' or 'sun'",
    ),
    Case("[mon, tue, wed, thu, fri]", "mon-fri", "calendars.office.days: expected a list"),
    Case(OPENS, "opens: 9:00", f"calendars.office.opens: {CLOCK}"),
    Case(OPENS, "opens: 32400", f"calendars.office.opens: {CLOCK}"),
    Case(OPENS, "opens: 24:00", f"calendars.office.opens: {CLOCK}"),
    Case("closes: 17:30", "closes: 24:01", f"calendars.office.closes: {CLOCK}"),
    Case("closes: 17:30", "closes: 09:00", f"calendars.office: {SAME}", at="  office: "),
    Case("wed, thu, fri]", "wed, thu, wed]", "calendars.office.days: wed is there twice"),
    Case(
        OPENS,
        "opens: 09:00\n    hours: [{days: [sat], opens: 10:00, closes: 12:00}]",
        "calendars.office: has either days, opens and closes, or a list of these in hours",
        at="  office: ",
    ),
    Case(CLOSED, "closed: [2026-02-30]", "calendars.office.closed[0]: there is no day 2026-02-30"),
    Case(
        CLOSED,
        "closed: [24.12.2026]",
        "calendars.office.closed[0]: expected a date as year-month-day (example: 2026-12-24)",
    ),
    Case(
        "country: DE",
        "country: XX",
        "calendars.office.holidays: no public holidays are known for country 'XX'",
    ),
    *(
        Case(
            "country: DE",
            f"country: {name}",
            f"calendars.office.holidays: no public holidays are known for country '{name}'",
        )
        for name in ("ECB", "MON", "Germany")
    ),
    Case("state: BE", "state: QQ", f"calendars.office.holidays: DE has no state 'QQ'; known: {STATES}"),
    # matrix and urgency
    Case(ROW, "{high: P2, medium: P3} ", "matrix.degradation.low: the cell is missing"),
    Case(ROW, "{high: P2, medium: P5, low: P4} ", f"matrix.degradation.medium: {PRIORITIES}"),
    Case(ROW, "P2 ", f"matrix.degradation: {SECTION}"),
    Case(
        ROW,
        "{high: P2, medium: P3, low: P4, none: P4} ",
        "matrix.degradation.none: expected 'high', 'medium' or 'low'",
    ),
    Case(
        LAST,
        "",
        "urgency_defaults: the last entry must fit everything: give it only 'urgency'",
        at="urgency_defaults:",
    ),
    Case(LAST, "  - {}\n", "urgency_defaults[2].urgency: is missing"),
    # priorities
    Case(
        FIRST_RESPONSE,
        "    first_response: 0 min\n",
        "priorities.P1.first_response: '0 min': must be longer than nothing",
    ),
    Case("update_every: 4 h\n", "update_every: 0\n", "priorities.P2.update_every: '0': must be longer than nothing"),
    Case(
        FIRST_RESPONSE,
        "    first_response: 241 min\n",
        "priorities.P1.first_response: 241 min is longer than the repair of 4 h",
    ),
    Case(
        "name: low\n    calendar: always\n",
        "calendar: alwayss\n    name: low\n",
        "priorities.P4.calendar: there is no calendar 'alwayss'; did you mean 'always'?",
    ),
    Case(
        FIRST_RESPONSE,
        "    first_response: 15 minutes\n",
        f"priorities.P1.first_response: '15 minutes' is not a length of time {SPANS}",
    ),
    Case(
        FIRST_RESPONSE,
        "    first_response: [15]\n",
        f"priorities.P1.first_response: expected a length of time {SPANS}",
    ),
    Case(FIRST_RESPONSE, "", "priorities.P1.first_response: is missing", at="  P1:"),
    Case(
        FIRST_RESPONSE,
        "    first_respons: 15 min\n" + FIRST_RESPONSE,
        "priorities.P1.first_respons: there is no such setting; did you mean first_response?",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.says.split(": ")[0] for case in CASES])
def test_problem(case: Case, tmp_path: Path) -> None:
    expected, found = expected_and_found(POLICY, case, tmp_path)
    assert found == expected
