"""What is stored or sent comes back as it was, to the last digit: every message and record of the contracts."""

from __future__ import annotations

from typing import Any

import bson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mathematricks.contracts.collections import COLLECTIONS
from mathematricks.contracts.topics import TOPICS
from mathematricks.storage.mongo import CODEC, to_document
from pydantic import BaseModel
from support.messages import any_of

MODELS = sorted(
    {topic.model for topic in TOPICS} | {each.model for each in COLLECTIONS if each.model},
    key=lambda model: model.__name__,
)
QUICK = settings(max_examples=15, suppress_health_check=list(HealthCheck), deadline=None)


def exact(value: Any) -> Any:
    """Return *value* so that 1.0 and 1.00 differ."""
    return repr(value)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@QUICK
@given(drawn=st.data())
def test_a_model_survives_storage(model: type[BaseModel], drawn: st.DataObject) -> None:
    original = drawn.draw(any_of(model))

    document = bson.decode(bson.encode(to_document(original, "id"), codec_options=CODEC), codec_options=CODEC)

    assert document.pop("_id") == "id"
    assert exact(model.model_validate(document)) == exact(original)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
@QUICK
@given(drawn=st.data())
def test_a_message_survives_the_bus(topic: Any, drawn: st.DataObject) -> None:
    original = drawn.draw(any_of(topic.model))

    arrived = topic.model.model_validate_json(original.model_dump_json())

    assert exact(arrived) == exact(original)
    assert topic.key(arrived) == topic.key(original)
