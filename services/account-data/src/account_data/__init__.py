"""Keeps account state equal to the broker's: positions, sub-ledgers, margin."""
