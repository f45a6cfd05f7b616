"""Who sent a body: by signature, URL token or passphrase, or named by an inlet that has made sure."""

from __future__ import annotations

from datetime import datetime

from mathematricks.contracts.signals import SenderRecord
from mathematricks.runtime.failpoints import failpoint

from signal_ingestion.domain import authentic
from signal_ingestion.domain.arrival import Arrival
from signal_ingestion.domain.json_body import Body
from signal_ingestion.domain.refused import Refused
from signal_ingestion.ports import Ports


async def identify(arrival: Arrival, body: Body | Refused, ports: Ports, now: datetime) -> SenderRecord:
    """
    Return the sender of a body; what a sender shows outside the body is known although the body is unreadable.

    Raises:
        Refused: 401; or why the body is unreadable, where only the body could have named its sender.
    """
    if isinstance(body, Refused) and body.status == 413:
        raise body  # it was not read to its end, so no signature over it can be checked
    if arrival.sender is not None:
        return _known(await ports.senders.named(arrival.sender), authentic.UNKNOWN_SENDER)
    if arrival.signature is not None:
        return await _signer(arrival, arrival.signature, ports, now)
    if arrival.token is not None:
        return _known(await ports.senders.by_secret("token", arrival.token, now), authentic.WRONG_TOKEN)
    if isinstance(body, Refused):
        raise body
    shown = authentic.passphrase_in(body.tree)
    found = await ports.senders.by_secret("passphrase", shown, now) if shown else None
    return _known(found, authentic.WRONG_PASSPHRASE)


async def _signer(arrival: Arrival, shown: authentic.Signature, ports: Ports, now: datetime) -> SenderRecord:
    sender = _known(await ports.senders.named(shown.sender), authentic.WRONG_SIGNATURE)
    authentic.verify(shown, arrival.body, ports.senders.mac_keys(sender, now), now)
    claimed = await ports.nonces.claim(sender.name, shown.nonce, authentic.sha256(arrival.body), now)
    await failpoint("signal-ingestion.nonce_claimed")
    if not claimed:
        raise Refused(401, authentic.REPLAYED_NONCE)
    return sender


def _known(sender: SenderRecord | None, otherwise: str) -> SenderRecord:
    if sender is None:
        raise Refused(401, otherwise)
    return sender
