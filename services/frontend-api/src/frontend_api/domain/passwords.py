"""Passwords: which are too weak to take."""

from __future__ import annotations

import unicodedata

SHORTEST = 12
FEWEST_DIFFERENT = 6
_GUESSED_FIRST = ("password", "mathematricks", "qwerty", "letmein", "welcome", "changeme", "administrator", "trading")
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm")


def normal(password: str) -> str:
    """Return *password* as it is hashed: the same characters however a keyboard composed them."""
    return unicodedata.normalize("NFKC", password)


def weakness_of(password: str, name: str) -> str | None:
    """Return what is wrong with *password* for the user *name*, as a sentence; None: it will do."""
    plain = normal(password).casefold()
    if len(plain) < SHORTEST:
        return f"The password is too short: use at least {SHORTEST} characters"
    if name and name.casefold() in plain:
        return "The password contains the name: choose another"
    if len(set(plain)) < FEWEST_DIFFERENT:
        return f"The password repeats itself: use at least {FEWEST_DIFFERENT} different characters"
    if _left_to_guess(plain) < SHORTEST // 2:
        return "The password is among the first that anyone guesses: choose another"
    return None


def _left_to_guess(plain: str) -> int:
    """Return how many characters remain when common words and runs of four or more are struck out."""
    for word in _GUESSED_FIRST:
        plain = plain.replace(word, "")
    for run in _RUNS:
        for length in range(len(run), 3, -1):
            for start in range(len(run) - length + 1):
                plain = plain.replace(run[start : start + length], "")
    return len(plain)
