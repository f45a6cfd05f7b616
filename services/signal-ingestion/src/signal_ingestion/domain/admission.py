"""What ingestion may refuse once it knows what a body says: strategy, environment, clock. Age is judged later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mathematricks.contracts.base import Environment
from mathematricks.contracts.signals import StandardSignal

from signal_ingestion.domain.identity import signal_id_of
from signal_ingestion.domain.parse import Parsed
from signal_ingestion.domain.refused import Refused

ANY_STRATEGY = "*"
CLOCK_AHEAD = timedelta(seconds=120)


@dataclass(frozen=True)
class Admitted:
    """A signal that may enter, not yet numbered."""

    signal_id: str
    environment: Environment
    sender: str
    received_at: datetime
    parsed: Parsed

    def numbered(self, strategy_seq: int) -> StandardSignal:
        """Return the standard signal, as number *strategy_seq* of its strategy."""
        parsed = self.parsed
        return StandardSignal(
            signal_id=self.signal_id,
            environment=self.environment,
            strategy_id=parsed.strategy,
            strategy_seq=strategy_seq,
            sender=self.sender,
            external_id=parsed.external_id,
            sent_at=parsed.sent_at,
            received_at=self.received_at,
            signal_type=parsed.signal_type,
            entry_ref=parsed.entry_ref,
            account_equity=parsed.account_equity,
            legs=parsed.legs,
            provider=parsed.provider,
            warnings=parsed.warnings,
        )


@dataclass(frozen=True)
class Door:
    """Where a body came in: the environment its host means, and the one this deployment trades."""

    host: Environment
    deployment: Environment


def environment_of(host: str, hosts: Mapping[str, Environment], deployment: Environment) -> Environment:
    """Return the environment that the receiving *host* means; one that is not listed means the deployment's."""
    return hosts.get(host.partition(":")[0].lower(), deployment)


def admit(
    parsed: Parsed, sender: str, strategies: tuple[str, ...], door: Door, received_at: datetime, now: datetime
) -> Admitted:
    """
    Return *parsed* as a signal of *sender*.

    Raises:
        Refused: 403 for a strategy that is not the sender's; 422 for the other environment, or a
            sending time more than 120 s ahead of *now*.
    """
    if ANY_STRATEGY not in strategies and parsed.strategy not in strategies:
        raise Refused(403, "This sender may not send for this strategy; ask the desk to list it")
    if door.host != door.deployment:
        raise Refused(422, f"This address means {door.host}, but this desk trades {door.deployment}")
    if parsed.sent_at > now + CLOCK_AHEAD:
        ahead = int((parsed.sent_at - now).total_seconds())
        raise Refused(422, f"signal_sent_EPOCH is {ahead} s ahead of our clock; set your clock")
    if parsed.environments - {door.host}:
        said = f"environment in the body is ignored; this address means {door.host}"
        parsed = replace(parsed, warnings=(*parsed.warnings, said))
    return Admitted(signal_id_of(parsed, door.host), door.host, sender, received_at, parsed)
