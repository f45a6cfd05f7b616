"""``replay letters|return|seek|snapshot``: dead letters looked at and moved back, subscriptions wound to a time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from mathematricks.contracts.topics import TOPICS
from mathematricks.messaging.operations import Letter

from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, answer, table
from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.replay.reaching import bus_of
from mathematricks_cli.state import state_dir

HEADS = ("letter", "topic", "since", "given up by", "message", "why")
Subscription = Annotated[str, typer.Argument(help="TOPIC.SUBSCRIBER, such as standardized-signals.cerebro")]


def letters(
    topic: Annotated[list[str] | None, typer.Option(help="Only of this topic; may be repeated")] = None,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """List the messages that were put aside because nobody could handle them, and why."""

    async def work(console: Console) -> bool:
        async with bus_of(state_dir(state)) as bus:
            found = [(name, letter) for name in _topics(topic) for letter in await bus.letters(name)]
        console.tell([_told(*one) for one in found], *table(HEADS, [tuple(_told(*one).values()) for one in found]))
        return True

    answer(as_json, work)


def give_back(
    topic: Annotated[str, typer.Option(help="The topic that the letters were put aside from")],
    letter: Annotated[list[str] | None, typer.Option(help="This letter; may be repeated")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of the topic")] = False,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Publish dead letters again, to whom could not handle them, once the reason is mended."""

    async def work(console: Console) -> bool:
        if bool(letter) is every:
            raise OperatorFault("Say which: --letter ID (`replay letters` lists them), or --all")
        (name,) = _topics([topic])
        async with bus_of(state_dir(state)) as bus:
            moved = await bus.give_back(name, letter or ())
        missing = sorted(set(letter or ()) - {one.letter_id for one in moved})
        lines = [f"{len(moved)} dead letters of {name} published again"]
        lines += [f"No dead letter of {name} is called {', '.join(missing)}"] if missing else []
        console.tell({"returned": [_told(name, one) for one in moved], "missing": missing}, *lines)
        return not missing

    answer(as_json, work)


def seek(
    subscription: Subscription,
    to: Annotated[str, typer.Option(help="A time (UTC, 2026-11-20T09:30), or the name of a snapshot")],
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Deliver to a subscription again what it has had since a time. Consumers know what they have done already."""

    async def work(console: Console) -> bool:
        where = _time_or_name(to)
        async with bus_of(state_dir(state)) as bus:
            await bus.seek(subscription, where)
        console.tell({"subscription": subscription, "to": to}, f"{subscription} goes on from {to}")
        return True

    answer(as_json, work)


def snapshot(
    subscription: Subscription,
    name: Annotated[str, typer.Argument(help="What to call it")],
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Remember how far a subscription has come, to seek back to: before a release, say. Kept seven days."""

    async def work(console: Console) -> bool:
        async with bus_of(state_dir(state)) as bus:
            await bus.snapshot(subscription, name)
        console.tell({"subscription": subscription, "snapshot": name}, f"{name} remembers {subscription} as it is")
        return True

    answer(as_json, work)


def _topics(wanted: list[str] | None) -> list[str]:
    known = [topic.name for topic in TOPICS]
    if unknown := set(wanted or ()) - set(known):
        raise OperatorFault(f"There is no topic {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return wanted or known


def _time_or_name(written: str) -> datetime | str:
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return written
    return at.replace(tzinfo=at.tzinfo or UTC)


def _told(topic: str, letter: Letter) -> dict[str, Any]:
    return {
        "letter": letter.letter_id,
        "topic": topic,
        "since": letter.buried_at.isoformat(timespec="seconds"),
        "subscriber": letter.subscriber,
        "key": letter.envelope.attributes.get("key", ""),
        "reason": letter.reason,
    }
