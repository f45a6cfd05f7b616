"""Conformance suites for the shared ports; production code never imports this."""
