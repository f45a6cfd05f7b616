"""A refusal is a value: its reason word, and a sentence that the sender understands."""

from __future__ import annotations

from dataclasses import dataclass

from mathematricks.contracts.decisions import Reason


@dataclass(frozen=True, slots=True)
class Refused:
    """Why something was refused; *sentence* carries the numbers and says what would help."""

    reason: Reason
    sentence: str
