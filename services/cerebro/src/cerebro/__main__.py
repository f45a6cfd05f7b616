"""Run cerebro as a process of its own."""

from mathematricks.runtime.main import run

from cerebro.service import service

run(service)
