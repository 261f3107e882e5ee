"""Past tickets lived through once more under a policy: what the rules would have done, and when. Nothing is written."""
