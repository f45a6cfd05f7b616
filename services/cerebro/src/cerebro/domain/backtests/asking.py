"""A question that only the sender of a backtest can answer, with the option that answers it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """Nothing was taken from the file; *question* says what is unclear and which option settles it."""

    about: str
    question: str
