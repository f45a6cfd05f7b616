"""Run execution as a process of its own."""

from mathematricks.runtime.main import run

from execution.service import service

run(service)
