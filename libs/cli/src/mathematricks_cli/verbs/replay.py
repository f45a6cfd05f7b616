"""``replay``: what was said can be listed and said again; what was decided can be decided again."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from mathematricks.messaging.delivery import ONLY_FOR, Envelope, enclose, trace_of
from mathematricks.storage.mongo import Database, mongo

from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, answer, table
from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.replay.archive import REPLAYABLE, Archived, archived
from mathematricks_cli.replay.deciding import Verified
from mathematricks_cli.replay.reaching import bus_of
from mathematricks_cli.replay.records import Span, verify_all
from mathematricks_cli.state import StateDir, state_dir
from mathematricks_cli.verbs import letters

app = typer.Typer(no_args_is_help=True, help="Replay: what was said, once more; what was decided, decided again")
app.command("letters")(letters.letters)
app.command("return")(letters.give_back)
app.command("seek")(letters.seek)
app.command("snapshot")(letters.snapshot)

SHOWN = 20
HEADS = ("time", "topic", "key", "id", "trace", "state")
Topics = Annotated[list[str] | None, typer.Option("--topic", help="Only this topic; may be repeated")]
Strategy = Annotated[str | None, typer.Option(help="Only of this strategy")]
Identity = Annotated[str | None, typer.Option("--id", help="Only of this signal, order or execution")]
Since = Annotated[datetime | None, typer.Option(help="Only from this time on (UTC)")]
Until = Annotated[datetime | None, typer.Option(help="Only before this time (UTC)")]


@app.command("list")
def list_(
    topic: Topics = None,
    strategy: Strategy = None,
    identity: Identity = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(help="The newest so many", min=1, max=100_000)] = 50,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """List the messages that the records remake: time, topic, key, id, and whether their effect was seen."""

    async def work(console: Console) -> bool:
        record = state_dir(state).desk()
        async with mongo(record.mongo_url, record.mongo_database) as db:
            found = await archived(db, _span(strategy, identity, (since, until), limit), _topics(topic))
        console.tell([_told(one) | _whole(one) for one in found], *table(HEADS, [_told(one).values() for one in found]))
        return True

    answer(as_json, work)


@app.command()
def publish(
    topic: Topics = None,
    strategy: Strategy = None,
    identity: Identity = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(help="The newest so many", min=1, max=100_000)] = 50,
    only_for: Annotated[str | None, typer.Option(help="Only to this subscriber, such as cerebro-v2, a shadow")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be published, publish nothing")] = False,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Publish messages again, oldest first. Every consumer knows what it has done: there is no second effect."""

    async def work(console: Console) -> bool:
        record = state_dir(state).desk()
        async with mongo(record.mongo_url, record.mongo_database) as db:
            found = await archived(db, _span(strategy, identity, (since, until), limit), _topics(topic))
        if not dry_run:
            await _publish(state_dir(state), found[::-1], only_for)
        counts = Counter(one.topic.name for one in found)
        done = "would be published" if dry_run else "published"
        console.tell({done.replace(" ", "_"): counts}, *(f"{count} × {name} {done}" for name, count in counts.items()))
        return True

    answer(as_json, work)


@app.command()
def verify(
    policy: Annotated[list[str] | None, typer.Option(help="A limit to decide under instead, margin_limit=0.3")] = None,
    strategy: Strategy = None,
    identity: Identity = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(help="The newest so many; 0: all", min=0)] = 0,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """
    Decide recorded signals again from their recorded inputs: 1 if any decision differs by a byte.

    With other limits (--policy) it shows which decisions they would have changed, and ends with 0.
    """

    async def work(console: Console) -> bool:
        record, changed = state_dir(state).desk(), _limits(policy or [])
        span = _span(strategy, identity, (since, until), limit)
        async with mongo(record.mongo_url, record.mongo_database) as db:
            count, differing = await _verify(db, span, changed)
        console.tell(_verdict(count, differing), *_lines(count, differing))
        return not any(one.failure for one in differing) and (bool(changed) or not differing)

    answer(as_json, work)


async def _verify(db: Database, span: Span, changed: dict[str, str]) -> tuple[int, list[Verified]]:
    count, differing = 0, list[Verified]()
    async for one in verify_all(db, span, changed):
        count += 1
        if not one.same:
            differing.append(one)
    return count, sorted(differing, key=lambda one: one.decision_id)


async def _publish(state: StateDir, found: list[Archived], only_for: str | None) -> None:
    addressed = {ONLY_FOR: only_for} if only_for else {}
    async with bus_of(state) as bus:
        for one in found:
            written = enclose(one.topic, one.message)
            await bus.publish(one.topic.name, Envelope(written.data, written.attributes | addressed))


def _limits(written: list[str]) -> dict[str, str]:
    """Return each limit's new value as written; raise ``OperatorFault`` where one is not NAME=VALUE."""
    pairs = [each.partition("=") for each in written]
    if wrong := next((each for each, (name, _, value) in zip(written, pairs, strict=True) if not (name and value)), ""):
        raise OperatorFault(f"{wrong!r} is not NAME=VALUE, for example margin_limit=0.3")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _span(
    strategy: str | None, identity: str | None, times: tuple[datetime | None, datetime | None], limit: int
) -> Span:
    since, until = (at.replace(tzinfo=at.tzinfo or UTC) if at else None for at in times)
    return Span(strategy, identity, since, until, limit)


def _topics(wanted: list[str] | None) -> frozenset[str]:
    unknown = set(wanted or ()) - REPLAYABLE
    if unknown:
        raise OperatorFault(
            f"No record remakes {', '.join(sorted(unknown))}; there are {', '.join(sorted(REPLAYABLE))}"
        )
    return frozenset(wanted or ())


def _told(one: Archived) -> dict[str, Any]:
    return {
        "at": one.at.isoformat(),
        "topic": one.topic.name,
        "key": one.key,
        "id": one.identity,
        "trace": trace_of(one.message),
        "state": "owed" if one.owed else "settled",
    }


def _whole(one: Archived) -> dict[str, Any]:
    return {"message": one.message.model_dump(mode="json")}


def _verdict(count: int, differing: list[Verified]) -> dict[str, Any]:
    shown = [
        {
            "decision": one.decision_id,
            "failure": one.failure,
            "differences": [
                {"field": each.field, "recorded": each.recorded, "now": each.now} for each in one.differences
            ],
        }
        for one in differing
    ]
    return {"decisions": count, "different": len(differing), "shown": shown}


def _lines(count: int, differing: list[Verified]) -> list[str]:
    if not differing:
        return [f"{count} decisions, decided again: every one the same to the last byte"]
    lines = [f"{count} decisions, decided again: {len(differing)} differ"]
    for one in differing[:SHOWN]:
        lines.append(f"  {one.decision_id}" + (f": {one.failure}" if one.failure else ""))
        lines += [f"    {each.field}: {each.recorded} → {each.now}" for each in one.differences[:SHOWN]]
    return lines + ([f"  … and {len(differing) - SHOWN} more; --json shows all"] if len(differing) > SHOWN else [])
