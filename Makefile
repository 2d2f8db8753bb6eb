# Needs Python 3.11 or later and make. Everything else is set up in a virtual environment of its own.
PYTHON ?= python3
VENV ?= .venv
BIN := $(abspath $(VENV))/bin
READY := $(VENV)/.ready
# A second S3 server, for tests. It pins the AWS libraries, so it lives in an environment of its own.
SERVERS := $(VENV)/servers/.ready
say = @printf '\n==> %s\n'

.DEFAULT_GOAL := help
.PHONY: help venv servers demo test lint bench schemas

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

venv: $(READY) ## Set up the virtual environment (VENV=.venv, PYTHON=python3)

$(READY): pyproject.toml
	$(say) "Setting up $(VENV) with $$($(PYTHON) --version); the first time takes a minute or two"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "qctl needs Python 3.11 or later; use make PYTHON=...")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[dev]'
	@touch $@

servers: $(SERVERS) ## Set up the servers that only tests talk to

$(SERVERS): $(READY) tests/servers.txt
	$(say) "Setting up $(VENV)/servers"
	$(BIN)/python -m venv --clear $(VENV)/servers
	$(VENV)/servers/bin/python -m pip install -qq --disable-pip-version-check --requirement tests/servers.txt
	@touch $@

demo: $(READY) ## A plan that stops a mistake, and the main job from plan to costs, on the local cloud
	$(say) "Running the demo on the local cloud"
	@PATH="$(BIN):$$PATH" bash examples/demo.sh

lint: $(READY) ## Check style, types and the arrows between rooms
	$(say) "Checking style: ruff"
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(say) "Checking types: mypy --strict"
	$(BIN)/mypy
	$(say) "Checking the arrows between rooms: import-linter"
	$(BIN)/lint-imports --no-logo

test: lint $(SERVERS) ## Run every check
	$(say) "Running the tests"
	$(BIN)/python -m pytest -n 2

bench: $(READY) ## Measure speed
	$(say) "Measuring"
	$(BIN)/python -m bench

schemas: $(READY) ## Write the JSON Schemas anew from the spec models
	$(say) "Writing schemas/"
	$(BIN)/qctl schema --out schemas
	$(BIN)/python -m tests.rules
