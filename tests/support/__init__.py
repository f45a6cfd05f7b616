"""Builders, fakes and processes that tests share."""
