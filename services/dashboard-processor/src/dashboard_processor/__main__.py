"""Run dashboard-processor as a process of its own."""

from mathematricks.runtime.main import run

from dashboard_processor.service import service

run(service)
