"""Records alerts and tells people."""
