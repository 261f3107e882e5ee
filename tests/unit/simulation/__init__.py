"""Past tickets lived through again."""
