"""The receiver: verifies what a helpdesk sends, marks the ticket due on disk, and only then answers 202."""
