"""Bundled facts: futures, coins, leverage factors, and where a simulated market begins."""
