"""Where the default files are."""

from pathlib import Path

MAPPINGS = Path(__file__).resolve().parents[2] / "mappings"
"""The directory ``mappings`` beside the package, in a checkout and in an installed wheel."""
