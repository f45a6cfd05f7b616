"""What the player posts: a step of a script with its name, time and secret filled in."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mathematricks_cli.redate import ALSO_SENT, SENT, redate, sent_at, shift_expiries
from mathematricks_cli.script import PREVIOUS, Body, Step, payload_of, resolve

PASSPHRASE = "passphrase"  # noqa: S105 (the name of the field)


@dataclass(frozen=True)
class Outgoing:
    """A body ready to post: its exact bytes, the signalID in it, and whether it still needs a signature."""

    content: bytes
    signal_id: str
    unsigned: bool


@dataclass
class Player:
    """
    Fills in what a script leaves to its player, and remembers the names it gave.

    Args:
        passphrase: The sender's; None where it has none.
        can_sign: Whether a body without a passphrase field is signed instead.
        redating: True sends old bodies as if new; None does so only for expiries, and only in bodies
            that carry no sent time of their own; False leaves every date alone.
        new_id: Gives a fresh signalID.
    """

    passphrase: str | None
    can_sign: bool
    redating: bool | None
    new_id: Callable[[], str]
    _names: dict[str, str] = field(default_factory=dict)
    _sent: set[str] = field(default_factory=set)

    def fill(self, step: Step, now: datetime) -> Outgoing:
        """Return the body of *step* as it is to be posted at *now*."""
        body = self._dated(resolve(step.body, self._names), now)
        payload = payload_of(body)
        payload["signalID"] = payload.get("signalID") or self.new_id()
        signal_id = str(payload["signalID"])
        self._names[PREVIOUS] = signal_id
        if step.entry_name:
            self._names[step.entry_name] = signal_id
        unsigned = self._put_secret(payload)
        return Outgoing(json.dumps(body, ensure_ascii=False).encode(), signal_id, unsigned)

    def _dated(self, body: Body, now: datetime) -> Body:
        if payload_of(body).get(SENT):
            return self._redated_apart(body, now) if self.redating else body
        if self.redating is not False:
            body = shift_expiries(body, now)
        payload_of(body)[SENT] = int(now.timestamp() * 1000)
        return body

    def _redated_apart(self, body: Body, now: datetime) -> Body:
        # Two old bodies that differ only in their sent time must still differ, or one would be a duplicate.
        moment, redated = now, redate(body, now)
        while (said := _identity(redated)) in self._sent and sent_at(body):
            moment -= timedelta(seconds=1)
            redated = redate(body, moment)
        self._sent.add(said)
        return redated

    def _put_secret(self, payload: Body) -> bool:
        if PASSPHRASE not in payload and self.can_sign:
            return True
        if self.passphrase is not None:
            payload[PASSPHRASE] = self.passphrase
        return False


def _identity(body: Body) -> str:
    """Return what makes *body* the signal it is; the other times in it do not."""
    payload = {name: value for name, value in payload_of(body).items() if name not in ALSO_SENT}
    return json.dumps(payload, sort_keys=True)
