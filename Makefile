.DEFAULT_GOAL := help
UV_VERSION := 0.13.8
UV := .tools/uv/bin/uv
PY := .venv/bin/python
MEMBERS := $(addprefix -e ,$(wildcard libs/*) $(wildcard services/*))
STATE ?= .local
SEEDS ?= $(shell seq 1 20)
SIGNALS ?= 2000

.PHONY: help pages frontend frontend-check setup demo demo-once check test quick hunt lint types docs docs-check bench bench-quant bench-ui soak chaos fmt lock clean

help:        ## Show this list
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*## */\t/' | expand -t 13

setup: .venv/ready ## Everything the other commands need, inside this folder

frontend:    ## Build the dashboards into frontend/dist (Node 20.19 or newer)
	@command -v npm >/dev/null || { echo "No npm here: the dashboards need Node 20.19 or newer."; exit 1; }
	cd frontend && npm install --no-audit --no-fund && npm run build

pages: $(if $(shell command -v npm),frontend/dist/index.html)
	@command -v npm >/dev/null || echo "!!! No npm here, so there are no pages: the desk serves its API alone !!!"

frontend/dist/index.html: $(shell find frontend/src frontend/public -type f 2>/dev/null) $(wildcard frontend/*.json frontend/*.ts frontend/*.html)
	$(MAKE) frontend && touch $@

frontend-check: ## Style, types, tests and budgets of the dashboards; says loudly where npm is missing
	@if command -v npm >/dev/null; then cd frontend && npm install --no-audit --no-fund && npm run check; \
	else echo "!!! SKIPPED: no npm here, so nothing of frontend/ was checked !!!"; fi

demo: setup pages ## The whole desk in one process: real signals walk from webhook to fill, then it stays up
	.venv/bin/mathematricks demo --state $(STATE)

demo-once: setup ## The same, and ends: 0 when every signal reached its end and the books balance
	.venv/bin/mathematricks demo-once --state $(STATE)

check: lint types docs-check frontend-check test ## Everything a change must pass; CI runs this

test: setup  ## Every test this machine can run; says loudly what it skips
	$(PY) -m pytest -n 2 --dist loadfile || { echo "What failed beside others runs once more alone:"; \
	  $(PY) -m pytest --last-failed --last-failed-no-failures none; }

quick: setup ## Unit, property and architecture tests: seconds
	$(PY) -m pytest tests/unit tests/property tests/architecture

hunt: setup  ## Property tests with examples that no run has seen, many of them
	$(PY) -m pytest tests/property --hypothesis-profile=hunt -n 2

lint: setup  ## Style and architecture
	.venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/lint-imports

types: setup ## Static types, strict
	.venv/bin/mypy

docs: setup  ## Write the generated reference
	$(PY) docs/build.py

docs-check: setup ## The generated reference and images match the code
	$(PY) docs/build.py --check

bench: setup ## Measure latency and throughput against the floor of this machine
	$(PY) tests/bench/desk.py
	$(PY) tests/bench/quant.py

bench-ui: setup pages ## Measure the budgets of the pages in Chromium, on a demo desk
	PYTHONPATH=tests $(PY) tests/bench/ui.py

bench-quant: setup ## Measure the optimisers against their peers
	$(PY) tests/bench/quant.py

soak: setup  ## 200,000 signals through one desk: nothing may grow with history (an hour)
	$(PY) tests/bench/soak.py

chaos: setup ## 2,000 signals through a desk that is broken on purpose, 20 times (SEEDS, SIGNALS), in the background
	@mkdir -p build/chaos
	@nohup nice -n 10 $(PY) tests/bench/chaos.py --signals $(SIGNALS) $(SEEDS) >build/chaos/log 2>&1 & \
	  echo "Runs as process $$!: build/chaos/log and build/chaos/summary.json tell how far it is; made again, it goes on"

fmt: setup   ## Rewrite the code in the one style
	.venv/bin/ruff format . && .venv/bin/ruff check --fix .

lock: setup  ## Choose versions anew and write every requirements.lock
	UV=$(UV) sh docs/lock.sh

clean: setup ## Stop the desk and remove its state and everything built
	-.venv/bin/mathematricks down --state $(STATE)
	rm -rf $(STATE) build frontend/dist frontend/node_modules .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(UV):
	python3 -m venv .tools/uv
	.tools/uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/ready: $(UV) requirements.lock $(wildcard libs/*/pyproject.toml services/*/pyproject.toml)
	$(UV) venv --quiet --allow-existing .venv
	$(UV) pip sync --quiet --python .venv --require-hashes requirements.lock
	$(UV) pip install --quiet --python .venv --no-deps $(MEMBERS)
	@touch $@
