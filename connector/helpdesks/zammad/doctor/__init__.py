"""What is to be examined of a Zammad."""
