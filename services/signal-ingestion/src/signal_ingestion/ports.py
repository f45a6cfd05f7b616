"""What intake needs of the world, in its own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from mathematricks.contracts.alerts import Severity
from mathematricks.contracts.signal_health import SignalHealth
from mathematricks.contracts.signals import (
    BodyFacts,
    RawRecord,
    SecretKind,
    SenderRecord,
    SignalRecord,
    StandardSignal,
    Verdict,
)
from mathematricks.messaging.outbox import Sweep
from mathematricks.runtime.clock import Clock
from mathematricks.runtime.seats import Seats

from signal_ingestion.domain.admission import Admitted
from signal_ingestion.domain.health import Seen
from signal_ingestion.settings import Settings


class NotRecorded(Exception):
    """The store did not confirm: nothing may be acknowledged, the sender must send again."""


class NameTaken(Exception):
    """Another sender has this name, or the record changed since it was read."""


class Signals(Protocol):
    """Accepted signals, numbered per strategy without gaps."""

    def known(self, signal_id: str) -> bool:
        """Whether this signal is recorded for certain; False may also mean not remembered here."""

    async def add(self, admitted: Admitted, facts: BodyFacts, now: datetime) -> StandardSignal | None:
        """Number and record a signal, and return it once durable; None if it was there already."""

    async def find(self, signal_id: str) -> SignalRecord | None:
        """Return the record of a signal."""

    async def newest(self, limit: int, of: Mapping[str, str | None], before: datetime | None) -> list[SignalRecord]:
        """Return records *of* this strategy or sender (None: any), received before *before*, newest first."""


class RawBodies(Protocol):
    """Every body that arrived, with its verdict; strangers' bodies apart, where they displace only each other."""

    async def add(self, record: RawRecord) -> None:
        """Record a body, once durable; the same ``raw_id`` again is the same body."""

    async def correct(self, raw_id: str, verdict: Verdict, status: int) -> None:
        """Change the verdict of a recorded body: another copy of it was faster."""

    async def newest(self, limit: int, verdict: Verdict | None) -> list[RawRecord]:
        """Return records, newest first."""


class Senders(Protocol):
    """Who may send, remembered for a few seconds."""

    async def by_secret(self, kind: SecretKind, secret: str, now: datetime) -> SenderRecord | None:
        """Return the active sender who owns *secret*."""

    async def named(self, name: str) -> SenderRecord | None:
        """Return the active sender of this name."""

    async def of_strategy(self, strategy: str) -> SenderRecord | None:
        """Return the active sender that lists *strategy*, or else one that may send for any."""

    def mac_keys(self, sender: SenderRecord, now: datetime) -> list[str]:
        """Return the keys the sender may sign with."""

    async def refresh(self) -> None:
        """Read all senders again."""

    async def all(self) -> list[SenderRecord]:
        """Return every sender as recorded now, by name."""

    async def add(self, record: SenderRecord) -> None:
        """Record a new sender; raise ``NameTaken``."""

    async def replace(self, record: SenderRecord) -> None:
        """Record a sender's next version; raise ``NameTaken`` if that version was taken."""


class Nonces(Protocol):
    """Nonces of signed bodies."""

    async def claim(self, sender: str, nonce: str, body_sha256: str, now: datetime) -> bool:
        """Return whether the nonce belongs to this body: it is new, or was used for the very same one."""


class Vault(Protocol):
    """What turns secrets into what may be stored."""

    def fingerprint(self, secret: str) -> str:
        """Return the hash that a secret is found by."""

    def seal(self, key: str, owner: str) -> str:
        """Return *key* encrypted for storage, bound to its owner."""

    def unseal(self, sealed: str, owner: str) -> str:
        """Return the key that was sealed."""


class Limit(Protocol):
    """A rate, kept per key."""

    def take(self, key: str) -> bool:
        """Whether one more is within the rate of *key*."""


class Alarm(Protocol):
    """Tells a person, at most once a minute per key."""

    async def __call__(self, key: str, severity: Severity, title: str, **facts: object) -> None:
        """Raise the alert *key*; never raises an exception."""


class Health(Protocol):
    """What signal health is made of, and what was found."""

    async def strategies(self) -> Mapping[str, datetime]:
        """Return when the newest signal of each strategy was received."""

    async def signals(self, strategy_id: str, limit: int) -> list[Seen]:
        """Return the newest signals of a strategy, oldest first."""

    async def positions(self, strategy_id: str) -> Mapping[str, Decimal]:
        """Return what the desk holds for a strategy, by instrument."""

    async def known(self, strategy_id: str) -> SignalHealth | None:
        """Return what was found last."""

    async def keep(self, health: SignalHealth) -> None:
        """Record what was found now."""

    async def all(self) -> list[SignalHealth]:
        """Return the health of every strategy, by name."""


@dataclass(frozen=True)
class Ports:
    """Everything that a handler of signal-ingestion may touch."""

    settings: Settings
    clock: Clock
    signals: Signals
    raws: RawBodies
    senders: Senders
    nonces: Nonces
    vault: Vault
    addresses: Limit
    connections: Seats
    sender_pace: Limit
    strangers: Limit
    announce: Callable[[StandardSignal], None]
    alarm: Alarm
    outbox: Sweep
    health: Health
