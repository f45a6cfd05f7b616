"""What happens at each request: load, decide, record, answer."""
