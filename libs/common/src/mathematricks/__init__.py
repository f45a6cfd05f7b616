"""Mathematricks: the shared language and plumbing of every service."""
