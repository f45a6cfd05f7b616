"""What holds orders back: limits before the trade, the kill switch, what fires it, and how it flattens. Pure."""
