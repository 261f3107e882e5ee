"""Adapters: one folder per helpdesk."""
