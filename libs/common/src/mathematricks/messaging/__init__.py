"""How services talk: the bus port, its two adapters, and the outbox that makes it safe to lose."""
