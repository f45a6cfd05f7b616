"""The operator's command; the one package that may import every service."""
