"""The services of a desk: their names, in the order they start; loaded only when asked for."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mathematricks.runtime.service import Service

INGESTION, CEREBRO, EXECUTION = "signal-ingestion", "cerebro", "execution"
ACCOUNTS, DASHBOARD, ALERTING, FRONTEND = "account-data", "dashboard-processor", "alerting", "frontend-api"

START_ORDER = (ALERTING, EXECUTION, ACCOUNTS, CEREBRO, INGESTION, DASHBOARD, FRONTEND)
"""Consumers before those who feed them, as far as that goes; what starts last stops first."""


def package_of(name: str) -> str:
    """Return the Python package of the service *name*."""
    return name.replace("-", "_")


def load(name: str) -> Service:
    """Import and return the declaration of the service *name*."""
    service: Service = importlib.import_module(f"{package_of(name)}.service").service
    return service
