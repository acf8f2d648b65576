# Dwellhouse: `make help` lists the targets.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
BENCH  ?= latency
SOAK_MINUTES ?= 60

.DEFAULT_GOAL := help
.PHONY: help setup demo up test soak check format lock bench docs snapshots

help:  ## list the targets
	@grep -hE '^[a-z]+: .*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

setup: $(VENV)/.complete  ## build .venv with everything that Dwellhouse needs

$(VENV)/.complete: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Dwellhouse needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up $(VENV) (a minute or two, once)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup  ## drop a made-up month of visitors, start the stack, show what came of it
	@$(BIN)/dwellhouse demo

up: setup  ## start the stack and stay in front (Ctrl-C stops it)
	@$(BIN)/dwellhouse up

test: setup  ## run the whole test suite
	@$(BIN)/python -m pytest -n 2

soak: setup  ## run the long tests, for an hour (make soak SOAK_MINUTES=600)
	@SOAK_MINUTES=$(SOAK_MINUTES) $(BIN)/python -m pytest -m soak

check: setup  ## lint, types, SQL style, import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/sqlfluff lint dbt_project

bench: setup  ## measure from drop to published; others with BENCH=…, see bench/README.md
	@$(BIN)/python -m bench $(BENCH) $(ARGS)

docs: setup  ## write the dbt documentation of all models into build/dbt-docs
	@$(BIN)/dwellhouse docs build/dbt-docs

snapshots: setup  ## write anew what tests hold: the list of definitions, docs/tables.md
	@UPDATE_SNAPSHOTS=1 $(BIN)/python -m pytest -q tests/contract/test_definitions.py tests/contract/test_tables_page.py

format: setup  ## rewrite Python and SQL in the project's style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/sqlfluff fix dbt_project

lock:  ## resolve pyproject.toml into requirements.lock, with hashes
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --extra dev pyproject.toml -o requirements.lock
