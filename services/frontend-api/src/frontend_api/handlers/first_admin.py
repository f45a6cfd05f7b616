"""The first admin: without one nobody could ever log in."""

from __future__ import annotations

from datetime import datetime

import structlog
from mathematricks.contracts.base import derive_id
from mathematricks.contracts.users import User

from frontend_api.domain.passwords import normal
from frontend_api.ports import FirstAdmin, Ports

log = structlog.get_logger(__name__)

ONE_TIME = 20
"""Characters of an invented password: 120 bits, and still typed by hand if need be."""


async def ensure_admin(ports: Ports) -> None:
    """
    Create an admin if there is none; the password must be changed at the first login.

    Where passwords are told and nobody has used the last one yet, a new one takes its place:
    whoever missed it need only start again.
    """
    first, admin = ports.first_admin, await ports.users.first_admin()
    password = first.given or (ports.new_secret()[:ONE_TIME] if first.told else None)
    if admin is None and password is None:
        log.error("first_admin.missing", set="FRONTEND_API_FIRST_ADMIN_PASSWORD")
    elif admin is None and password is not None:
        if await ports.users.add(await _admin(first.name, password, ports.clock.now(), ports)):
            _tell(first, password)
    elif admin is not None and first.told and not first.given and admin.must_change_password:
        anew = await _admin(admin.name, password or "", ports.clock.now(), ports)
        if await ports.users.replace(anew.model_copy(update={"created_at": admin.created_at}), admin):
            _tell(first, password or "")


async def _admin(name: str, password: str, now: datetime, ports: Ports) -> User:
    return User(
        user_id=derive_id("u", name),
        name=name,
        role="admin",
        password_hash=await ports.passwords.hash(normal(password)),
        must_change_password=True,
        created_at=now,
        updated_at=now,
    )


def _tell(first: FirstAdmin, password: str) -> None:
    log.info("first_admin.created", user=first.name)
    if first.told and not first.given:
        first.told(password)
