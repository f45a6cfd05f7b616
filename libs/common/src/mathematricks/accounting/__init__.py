"""Arithmetic on fills, in Decimal: the same in every service, or money would not add up."""
