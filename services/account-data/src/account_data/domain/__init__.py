"""The rules of the books: pure functions from values to values."""
