"""Run account-data as a process of its own."""

from mathematricks.runtime.main import run

from account_data.service import service

run(service)
