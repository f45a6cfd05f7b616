"""What the services declare fits together: names, topics and collections."""

from __future__ import annotations

import importlib

import pytest
from mathematricks.contracts.collections import COLLECTIONS
from mathematricks.contracts.topics import ALERTS, RAW_SIGNALS, TOPICS
from mathematricks.runtime.service import Service
from support.source_tree import SERVICES

INLETS = {RAW_SIGNALS}
"""Topics that something outside of the desk publishes to."""


def load(name: str) -> Service:
    module = importlib.import_module(f"{SERVICES[name].name}.service")
    service: Service = module.service
    return service


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_called_as_its_folder_and_owns_what_the_contracts_say(name: str) -> None:
    service = load(name)

    assert service.name == name
    assert {each.name for each in service.owns} == {each.name for each in COLLECTIONS if each.owner == name}


def test_whatever_is_consumed_is_published_by_someone_and_the_other_way_round() -> None:
    services = [load(name) for name in SERVICES]
    consumed = {topic.name for service in services for topic in service.consumes}
    published = {topic.name for service in services for topic in service.publishes} | {ALERTS.name}

    assert consumed - published == {topic.name for topic in INLETS} & consumed
    assert published - consumed == set()
    assert consumed | published <= {topic.name for topic in TOPICS}
