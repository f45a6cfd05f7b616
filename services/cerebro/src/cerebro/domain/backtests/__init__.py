"""Backtests as developers send them: read row by row, refused with reasons, measured."""
