"""A run that is watched: what it looks like at an iteration, and how that travels."""
