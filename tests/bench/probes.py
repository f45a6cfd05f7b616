"""Looking into a desk that is measured: its records, its metrics, its processes."""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.request
from datetime import datetime
from pathlib import Path
from typing import Any

import client
import pymongo
from mathematricks.storage.mongo import CODEC


def records(desk: dict[str, Any]) -> Any:
    mongo = pymongo.MongoClient[dict[str, Any]](desk["mongo_url"])
    return mongo.get_database(desk.get("mongo_database", "mathematricks"), codec_options=CODEC)


def wait_for_submits(desk: dict[str, Any], count: int) -> None:
    """Wait until every accepted signal is decided and no order still moves."""
    db, deadline = records(desk), time.monotonic() + 120
    while time.monotonic() < deadline:  # by what costs the same after a million signals: it is part of what is measured
        undecided = db.signals.estimated_document_count() - db.cerebro_decisions.estimated_document_count()
        if undecided == 0 and not db.orders.count_documents({"live": True}):
            return
        time.sleep(0.05)
    print(f"warning: not everything was submitted within 120 s of the last of {count} requests", file=sys.stderr)


def submit_latencies(desk: dict[str, Any], requests: list[bytes], load: client.Load) -> list[float]:
    """Return milliseconds from the intended send to the broker call, for every request that became an order."""
    ids = [json.loads(request.split(b"\r\n\r\n", 1)[1])["signalID"] for request in requests]
    intended = dict(zip(ids, load.intended, strict=True))
    submitted: dict[str, datetime] = {}
    for order in records(desk).orders.find({"external_id": {"$in": ids}}, {"external_id": 1, "submitted_at": 1}):
        if order.get("submitted_at"):
            submitted[order["external_id"]] = order["submitted_at"]
    return [(at.timestamp() - intended[name]) * 1e3 for name, at in submitted.items()]


def stages(desk: dict[str, Any]) -> dict[str, float]:
    """Return the mean milliseconds in each handler, and the share of CPU samples by package where sampled."""
    times: dict[str, float] = {}
    for name, url in desk["urls"].items():
        text = urllib.request.urlopen(f"{url.rstrip('/')}/metrics", timeout=10).read().decode()
        rows = [line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#")]
        values = {key: float(value) for key, value in rows}
        for key, total in values.items():
            if key.startswith("bus_handling_seconds_sum") and (calls := values[key.replace("_sum", "_count")]):
                labels = key[key.index("{") :]
                times[f"handler {labels}"] = round(total / calls * 1e3, 3)
            if key.startswith("cpu_samples_total"):
                times[f"{name if len(set(desk['urls'].values())) > 1 else 'cpu'} {key[key.index('{') :]}"] = total
    return times


def cpu_seconds(desk: dict[str, Any]) -> dict[str, float]:
    """Return CPU seconds spent so far by the desk's processes and by mongod."""
    spent: dict[str, float] = {}
    for name, pid in {"desk": desk["pid"], **desk.get("pids", {})}.items():
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        spent[name] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return spent
