"""Optimisers of the allocation: each answer carries the proof that it is the best, or says what cannot be met."""
