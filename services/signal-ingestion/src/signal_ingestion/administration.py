"""Senders come and go: create, change, rotate, revoke. Secrets are shown once, when they are issued."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from mathematricks.contracts.signals import (
    USUAL_SECRETS,
    Credential,
    IssuedSender,
    NewSender,
    Revocation,
    Rotation,
    SecretKind,
    SenderAccess,
    SenderRecord,
    SenderSettings,
)

from signal_ingestion.ports import Ports

SECRET_BYTES = 24
"""192 bits from the system's generator: beyond guessing, short enough for a URL."""


class UnknownSender(Exception):
    """There is no sender of this name."""


async def list_senders(ports: Ports) -> list[SenderAccess]:
    """Return every sender, without secrets."""
    return [view_of(record) for record in await ports.senders.all()]


async def create_sender(new: NewSender, ports: Ports) -> IssuedSender:
    """Create a sender and return it with its secrets; raise ``NameTaken``."""
    issued = {kind: secrets.token_urlsafe(SECRET_BYTES) for kind in new.kinds}
    now = ports.clock.now()
    record = SenderRecord(
        name=new.name,
        strategies=new.strategies,
        active=new.active,
        credentials=tuple(_credential(kind, secret, new.name, ports) for kind, secret in issued.items()),
        created_at=now,
        updated_at=now,
    )
    await ports.senders.add(record)
    return IssuedSender(**dict(view_of(record)), secrets=issued)


async def change_sender(name: str, settings: SenderSettings, ports: Ports) -> SenderAccess:
    """Give a sender other strategies, or stop it; raise ``UnknownSender`` or ``NameTaken``."""
    record = await _record(name, ports)
    after = _next(record, ports, strategies=settings.strategies, active=settings.active)
    await ports.senders.replace(after)
    return view_of(after)


async def rotate(name: str, rotation: Rotation, ports: Ports) -> IssuedSender:
    """
    Issue new secrets of the kinds named; the old ones stay good for the overlap, then never again.

    Raises:
        UnknownSender: there is none of this name.
        NameTaken: somebody else changed the sender meanwhile; try again.
    """
    record = await _record(name, ports)
    kinds = rotation.kinds or _kinds(record.credentials) or USUAL_SECRETS
    issued = {kind: secrets.token_urlsafe(SECRET_BYTES) for kind in kinds}
    fresh = [_credential(kind, secret, name, ports) for kind, secret in issued.items()]
    kept = _kept(record, rotation, set(kinds), ports)
    after = _next(record, ports, credentials=(*kept, *fresh))
    await ports.senders.replace(after)
    return IssuedSender(**dict(view_of(after)), secrets=issued)


async def revoke(name: str, revocation: Revocation, ports: Ports) -> SenderAccess:
    """Make the secrets of the kinds named worth nothing, now; raise ``UnknownSender`` or ``NameTaken``."""
    record = await _record(name, ports)
    kinds = revocation.kinds or _kinds(record.credentials)
    after = _next(record, ports, credentials=tuple(each for each in record.credentials if each.kind not in kinds))
    await ports.senders.replace(after)
    return view_of(after)


async def one_sender(name: str, ports: Ports) -> SenderAccess:
    """Return one sender, without secrets; raise ``UnknownSender``."""
    return view_of(await _record(name, ports))


def view_of(record: SenderRecord) -> SenderAccess:
    """Return what may be shown of a sender."""
    return SenderAccess(
        name=record.name,
        strategies=record.strategies,
        active=record.active,
        kinds=_kinds(record.credentials),
        created_at=record.created_at,
        updated_at=record.updated_at,
    )


async def _record(name: str, ports: Ports) -> SenderRecord:
    for record in await ports.senders.all():
        if record.name == name:
            return record
    raise UnknownSender(name)


def _next(record: SenderRecord, ports: Ports, **changes: object) -> SenderRecord:
    return record.model_copy(
        update={**changes, "version": record.version + 1, "updated_at": ports.clock.now()},
    )


def _kept(record: SenderRecord, rotation: Rotation, replaced: set[SecretKind], ports: Ports) -> list[Credential]:
    now = ports.clock.now()
    end = now + timedelta(seconds=rotation.overlap_seconds)
    good = [each for each in record.credentials if each.expires_at is None or each.expires_at > now]
    ending = [each.model_copy(update={"expires_at": min(end, each.expires_at or end)}) for each in good]
    chosen = [old if old.kind not in replaced else last for old, last in zip(good, ending, strict=True)]
    return [each for each in chosen if each.expires_at is None or each.expires_at > now]


def _credential(kind: SecretKind, secret: str, name: str, ports: Ports) -> Credential:
    if kind == "mac":
        return Credential(kind=kind, sealed=ports.vault.seal(secret, name))
    return Credential(kind=kind, hash=ports.vault.fingerprint(secret))


def _kinds(credentials: Iterable[Credential]) -> tuple[SecretKind, ...]:
    return tuple(dict.fromkeys(each.kind for each in credentials))
