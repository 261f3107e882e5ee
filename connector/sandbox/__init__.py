"""Helpdesks that exist only in memory, for the demo, behavioural tests and benchmarks."""
