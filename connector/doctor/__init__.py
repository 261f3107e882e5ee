"""Proves an installation end to end: ``interspace doctor``.

`finding.py` runs checks, `context.py` holds what they look at. Settings, files, address, clocks, work table, receiver
and the way of a test ticket are looked at alike for every helpdesk; the rest stands with each helpdesk.
"""
