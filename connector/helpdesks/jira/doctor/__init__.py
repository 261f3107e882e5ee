"""What is to be examined of a Jira."""
