"""The frontend's API, declared: what it owns, whom it asks and what it serves."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from mathematricks.contracts import collections
from mathematricks.messaging.bus import Bus
from mathematricks.runtime.clock import WallClock
from mathematricks.runtime.http import internal_http
from mathematricks.runtime.seats import Seats
from mathematricks.runtime.service import Service
from mathematricks.runtime.settings import Platform
from mathematricks.storage.mongo import mongo
from mathematricks.storage.sealing import Sealer

from frontend_api.adapters.argon2_passwords import argon2_passwords
from frontend_api.adapters.headers import SecurityHeaders, Squeezed
from frontend_api.adapters.http_owners import HttpOwners
from frontend_api.adapters.mongo_attempts import MongoAttempts
from frontend_api.adapters.mongo_audit import MongoAudit
from frontend_api.adapters.mongo_documents import MongoDocuments
from frontend_api.adapters.mongo_invitations import MongoInvitations
from frontend_api.adapters.mongo_overviews import MongoOverviews
from frontend_api.adapters.mongo_passkeys import MongoPasskeys
from frontend_api.adapters.mongo_second_factors import MongoSecondFactors
from frontend_api.adapters.mongo_sessions import MongoSessions
from frontend_api.adapters.mongo_users import MongoUsers
from frontend_api.adapters.mongo_views import MongoViews
from frontend_api.adapters.pages import Pages, build_of
from frontend_api.adapters.switchboard import Switchboard
from frontend_api.api import (
    clients,
    credentials,
    desk,
    entrance,
    governing,
    holding,
    live,
    owned,
    passkeys,
    people,
    sandbox,
    second_factor,
    senders,
    views,
)
from frontend_api.domain.passkeys import Site
from frontend_api.domain.sessions import SessionTerms
from frontend_api.handlers.first_admin import ensure_admin
from frontend_api.handlers.live import follow_documents
from frontend_api.ports import FirstAdmin, Keys, Ports
from frontend_api.settings import FIRST_ADMIN, LARGEST_BODY, Settings

NAME = "frontend-api"
MOST_FOLLOWED = 6
"""Simulations that one user follows at once."""
OWNERS = ("signal-ingestion", "cerebro", "execution", "account-data", "alerting")
OWNED = (
    collections.USERS,
    collections.SESSIONS,
    collections.SECOND_FACTORS,
    collections.PASSKEYS,
    collections.USED_CHALLENGES,
    collections.INVITATIONS,
    collections.LOGIN_ATTEMPTS,
    collections.AUDIT_TRAIL,
)


@asynccontextmanager
async def connect(settings: Settings, bus: Bus) -> AsyncIterator[Ports]:
    """Open the people's records, the hasher's threads, and a client for each owner of records."""
    platform = settings.platform
    async with (
        mongo(platform.mongo_url.get_secret_value(), platform.mongo_database, OWNED) as db,
        AsyncExitStack() as stack,
    ):
        clients = {name: await stack.enter_async_context(internal_http(platform, NAME, name)) for name in OWNERS}
        yield Ports(
            users=MongoUsers(db),
            sessions=MongoSessions(db),
            second_factors=MongoSecondFactors(db),
            passkeys=MongoPasskeys(db),
            invitations=MongoInvitations(db),
            sealer=Sealer(platform.deployment_key.get_secret_value(), b"second factors"),
            attempts=MongoAttempts(db),
            audit=MongoAudit(db),
            passwords=stack.enter_context(argon2_passwords()),
            documents=MongoDocuments(db),
            live=Switchboard(),
            followers=Seats(MOST_FOLLOWED),
            build=partial(build_of, settings.frontend_dir),
            overviews=MongoOverviews(db),
            views=MongoViews(db),
            owners=HttpOwners(clients),
            bus=bus,
            clock=WallClock(),
            new_secret=new_secret,
            keys=keys_of(platform),
            site=Site(settings.public_origin) if settings.public_origin else None,
            session_terms=SessionTerms(settings.session_idle, settings.session_life),
            first_admin=first_admin_of(settings),
        )


def hang_up(ports: Ports) -> None:
    """End every browser's stream: they connect again, to whoever serves next."""
    ports.live.end_all("leaving")


def new_secret() -> str:
    """Return 256 random bits as text: a cookie, or a password that nobody chose."""
    return secrets.token_urlsafe(32)


def keys_of(platform: Platform) -> Keys:
    """Return keys derived from the deployment's, so that no two uses share one."""

    def derived(purpose: str) -> str:
        deployment_key = platform.deployment_key.get_secret_value().encode()
        return hmac.new(deployment_key, f"{NAME}\n{purpose}".encode(), hashlib.sha256).hexdigest()

    return Keys(
        csrf=derived("csrf"),
        attempts=derived("attempts"),
        recovery=derived("recovery codes"),
        passkeys=derived("passkeys"),
    )


def first_admin_of(settings: Settings) -> FirstAdmin:
    """Return how the first admin gets a password."""
    given = settings.first_admin_password.get_secret_value() if settings.first_admin_password else None
    return FirstAdmin(FIRST_ADMIN, given, print_password if settings.print_first_password else None)


def print_password(password: str) -> None:
    """Show the first admin's password, once, where only the person at the machine reads."""
    text = f"\nThe dashboard's first user is {FIRST_ADMIN!r}, with the one-time password {password}\n\n"
    sys.stderr.write(text)
    sys.stderr.flush()


service = Service(
    name=NAME,
    settings=Settings,
    connect=connect,
    on_start=ensure_admin,
    on_leaving=hang_up,
    owns=OWNED,
    routes=(
        *entrance.routers,
        *second_factor.routers,
        *passkeys.routers,
        *people.routers,
        live.router,
        *desk.routers,
        *owned.routers,
        governing.router,
        holding.router,
        sandbox.router,
        views.router,
        *clients.routers,
        *senders.routers,
        credentials.router,
    ),
    streams=(follow_documents,),
    middleware=(Squeezed, Pages, SecurityHeaders),
    largest_body=LARGEST_BODY,
)
