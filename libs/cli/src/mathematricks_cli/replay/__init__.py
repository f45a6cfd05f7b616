"""Replay: what the records owe is the archive; it can be listed, published again and decided again."""
