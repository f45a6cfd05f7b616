"""Chaos: a whole desk broken on purpose, by seed, and then checked from outside."""
