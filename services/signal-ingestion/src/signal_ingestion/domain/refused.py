"""The one way in which intake says no."""

from __future__ import annotations


class Refused(Exception):
    """
    A body that is not accepted; *reason* tells its sender what to put right, and never repeats its content.

    Args:
        status: The HTTP status that says the same, whatever the intake.
        reason: A sentence for the sender.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
