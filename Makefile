# Everything runs in .venv, which is made on first use and again when pyproject.toml changes.
# Needed beforehand: make, and Python 3.10 to 3.13 (PYTHON=... chooses one).

PYTHON ?= python3
JOBS ?= 2
KINDS ?=
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test matrix upstream check format bench docs clean

help:  ## what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY)  ## a legacy project on real dbt: run it, migrate it, run it again, compare
	@$(BIN)/python examples/demo.py

test: $(READY)  ## every test, on JOBS=2 cores; ARGS="-k name" narrows
	@# A process more than cores: about a tenth of its time a process waits, mostly for answers that never come.
	@$(BIN)/python -m pytest -n $$(($(JOBS) + 1)) --dist worksteal $(ARGS)

matrix: $(READY)  ## the core of the tests on each Python and dagster-dbt, from nothing; KINDS="oldest removed" narrows
	@$(BIN)/python tests/matrix/run.py --jobs $(JOBS) $(KINDS)

upstream: $(READY)  ## dagster-dbt's own tests of its legacy package, on the facade (fetches its sdist into .upstream/)
	@$(BIN)/python tests/upstream/run_suite.py --jobs 8 $(ARGS)  # most of its time it waits

check: $(READY)  ## format, lint and types, as CI wants them
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(READY)  ## format the code, and fix what the linter can fix
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

bench: $(READY)  ## the benchmarks
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[bench]'
	@$(BIN)/python -m benchmarks

docs: $(READY)  ## the documents as a site, in build/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	@echo "build/site/index.html"

clean:  ## remove .venv, .upstream and every cache
	@rm -rf .venv .upstream .matrix .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 14))' \
		|| { echo "Python 3.10 to 3.13 is needed, and $(PYTHON) is $$($(PYTHON) --version). Say which: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up .venv (once; a minute or two) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --upgrade pip  # pip 23 seeks a quarter of an hour for what pip 26 finds at once
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --only-binary sqlglotc --editable '.[test]'  # no wheel for 3.10 in its newest
	@touch $@
