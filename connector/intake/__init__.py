"""What comes from a panel in which customers are logged in: My Interspace, or a wholesale customer's own (R4, R8–R22).

The core of the intake API, the form and the trouble-ticket API. Its parts, in the order in which a report passes them:

- ``panels.Panel``: who may speak for which customers; ``signing`` proves that it is them.
- ``caller.Caller``: who is logged in there, and which services are theirs.
- ``submission.read(body, caller, policy, now)``: a checked :class:`~connector.intake.submission.Submission`, or
  :class:`~connector.intake.faults.FaultyError` with every fault at once: JSON pointer, code and sentence of each.
- ``request.request_of(submission, caller, policy)``: the ticket to be opened, as the helpdesks take it
  (``connector/helpdesks/on_behalf.py``); ``request.message_of`` the same for words on a ticket that is there.
- ``connector.work.submissions.Submissions``: on disk before anybody is answered; a worker opens the ticket
  (``connector/work/submitting.py``).
- ``promise.promise_of(request, opened, policy, now)``: priority, times promised and what is missing, by the rules.

Nothing here does I/O but ``panels.load_panels``.
"""
