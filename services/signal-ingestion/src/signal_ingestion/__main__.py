"""Run signal-ingestion as a process of its own."""

from mathematricks.runtime.main import run

from signal_ingestion.service import service

run(service)
