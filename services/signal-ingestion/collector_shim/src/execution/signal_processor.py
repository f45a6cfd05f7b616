"""
The collector's way in: ``src.execution.signal_processor`` as the owner's ``signal_collector.py`` imports it.

Put ``collector_shim`` on the collector's ``PYTHONPATH`` and set ``MATHEMATRICKS_SIGNALS_URL`` to the
front door with the collector's own sender token, ``https://…/api/v1/signals/<token>``. Standard
library only: it runs in the collector's environment, not in ours.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

URL_VARIABLE = "MATHEMATRICKS_SIGNALS_URL"
TIMEOUT_SECONDS = 10.0


class SignalProcessor:
    """Posts what the collector hands over to the front door of signal-ingestion."""

    def __init__(self, url: str) -> None:
        self._url = url

    def process_new_signal(self, signal: Mapping[str, Any]) -> dict[str, Any]:
        """
        Return ``{"success": True, "message", "signal_id"}`` once the signal is recorded for good.

        Otherwise ``{"success": False, "error"}``, where the error says what to put right; sending
        the same signal again is always safe.
        """
        try:
            told = self._post(json.dumps(dict(signal), default=str).encode())
        except urllib.error.HTTPError as refusal:
            return {"success": False, "error": _error_in(refusal)}
        except (OSError, ValueError) as failure:
            return {"success": False, "error": f"signal-ingestion did not answer: {type(failure).__name__}"}
        return {"success": True, "message": told["message"], "signal_id": told["signal_id"]}

    def _post(self, body: bytes) -> dict[str, Any]:
        request = urllib.request.Request(self._url, body, {"Content-Type": "application/json"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - our own address
            told: dict[str, Any] = json.load(answer)
            return told


def get_signal_processor() -> SignalProcessor | None:
    """Return the processor, or None where no front door is configured."""
    url = os.environ.get(URL_VARIABLE)
    return SignalProcessor(url) if url else None


def _error_in(refusal: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(refusal)["error"])
    except (ValueError, KeyError, TypeError):
        return f"signal-ingestion answered {refusal.code}"
