"""Run alerting as a process of its own."""

from mathematricks.runtime.main import run

from alerting.service import service

run(service)
