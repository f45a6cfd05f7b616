"""Run cerebro as a process of its own."""

import os

from mathematricks.runtime.main import run

from cerebro.service import FIRST_VERSION, service_of

run(service_of(os.environ.get("CEREBRO_VERSION") or FIRST_VERSION))
