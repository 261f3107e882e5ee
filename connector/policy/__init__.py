"""Policy, service catalogue and their files."""
