"""One at a time: whoever asks for a tidying that is under way makes it go round once more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from execution.ports import Ports


async def one_at_a_time(name: str, ports: Ports, tidy: Callable[[], Awaitable[None]]) -> None:
    """Run *tidy* now and as often as it is asked for meanwhile, never twice at once under one name."""
    if name in ports.tidying:
        ports.tidying[name] = True
        return
    ports.tidying[name] = True
    try:
        while ports.tidying[name]:
            ports.tidying[name] = False
            await tidy()
    finally:
        del ports.tidying[name]
