"""One module for each version, in order; its ``revision`` is the version with four digits."""
