"""Raise hell: tell a person, whatever else has broken."""
