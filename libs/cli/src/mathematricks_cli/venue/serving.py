"""The venue on a port: uvicorn, with connections that can be cut."""

from __future__ import annotations

from dataclasses import dataclass

import uvicorn

from mathematricks_cli.venue.app import Door, venue_app
from mathematricks_cli.venue.floor import FloorOptions, open_floor
from mathematricks_cli.venue.wires import protocol_on


@dataclass(frozen=True)
class Place:
    """Where a venue listens."""

    host: str
    port: int


@dataclass(frozen=True)
class Opening:
    """A venue to open: where, on what, for whom, and whether faults may be asked for."""

    place: Place
    options: FloorOptions
    token: str
    faults: bool = False


async def serve(opening: Opening) -> None:
    """Serve a venue until a signal ends it."""
    async with open_floor(opening.options) as floor:
        await server_of(Door(floor, opening.token, faults=opening.faults), opening.place).serve()


def server_of(door: Door, place: Place) -> uvicorn.Server:
    """Return uvicorn on the app behind *door*."""
    config = uvicorn.Config(
        venue_app(door),
        host=place.host,
        port=place.port,
        http=protocol_on(door.wires),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="on",
        ws_ping_interval=5,
        ws_ping_timeout=5,
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)
