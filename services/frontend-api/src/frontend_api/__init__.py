"""Answers everything a browser asks, by role."""
