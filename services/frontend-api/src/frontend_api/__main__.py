"""Run frontend-api as a process of its own."""

from mathematricks.runtime.main import run

from frontend_api.service import service

run(service)
