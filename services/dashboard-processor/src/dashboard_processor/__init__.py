"""Rolls raw trading data up into the documents that dashboards show."""
