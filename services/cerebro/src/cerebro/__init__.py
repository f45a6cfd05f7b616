"""Decides how much of each signal the portfolio can bear."""
