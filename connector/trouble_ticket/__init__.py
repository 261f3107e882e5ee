"""Trouble tickets as wholesale customers' systems know them: TM Forum's TMF621, version 5, and version 4 as a view.

- ``shapes.checked``: what a system sent, as version 5, or every fault of it.
- ``request.request_of``: the ticket that is opened of it, by the core of the intake (``connector.intake``).
- ``view.view_of``: a ticket of the helpdesk as version 5: what was sent, as it was sent, and what became of it.
- ``version4``: the same in version 4, both ways.
- ``query``: choosing among tickets and their attributes.
- ``happenings.events``: what listeners are told (docs/tmf621.md).

The ticket on the helpdesk is the record: what it has no place for is kept with it, word for word.
"""
