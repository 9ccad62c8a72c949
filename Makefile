# Everything a contributor needs. `make test` is what CI runs; needs Python 3.11 or later, make and git.
PYTHON ?= python3
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -q
OURS := engine codemods cli.py commands rewright bench

.DEFAULT_GOAL := help
.PHONY: help demo compiled test lint bench ecosystem equivalence reference deaths pythons inference clean
MAKEFLAGS += --no-print-directory

help:
	@echo "make demo       show what Rewright does, on fixtures/agents; changes nothing"
	@echo "make test       lint, types, architecture, our own rules on our own code, tests: what CI runs"
	@echo "make lint       the first four of these"
	@echo "make bench      speed against other tools; writes docs/performance.md (about ten minutes)"
	@echo "make ecosystem  rules over the standard library and PyPI projects, and their tests; writes docs/ecosystem.md (25 minutes)"
	@echo "make equivalence  small programs and their rewrites, run side by side; writes docs/equivalence.md (about 12 minutes)"
	@echo "make reference  the reference target from end to end; writes docs/reference-target.md (REFERENCE_TARGET=checkout)"
	@echo "make inference  how well inference names exceptions; writes docs/inference.md (needs the cases and clones)"
	@echo "make deaths     kill -9 at every git call of rewright branch, and resume (about two minutes)"
	@echo "make pythons    a real install and the core tests on each Python 3.11+ at hand"
	@echo "make clean      remove everything that make made"

# -- environments: one stamp file a set of dependencies ------------------------------------

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Rewright needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version 2>&1 | tail -n 1)." \
	       "Install a later one and name it: make $(or $(MAKECMDGOALS),demo) PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -m venv --clear $(VENV) || { \
	  echo "$(PYTHON) cannot make a virtual environment: install its venv and ensurepip (Debian: apt install python3-venv)" >&2; exit 2; }
	@touch $@

$(VENV)/installed: $(VENV)/made pyproject.toml
	@echo "installing Rewright into $(VENV) ..." >&2
	@$(PIP) install -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	@echo "installing the development tools into $(VENV) ..." >&2
	@$(PIP) install -e '.[dev]'
	@touch $@

$(VENV)/installed-bench: $(VENV)/installed-dev
	@echo "installing the tools to compare with into $(VENV) ..." >&2
	@$(PIP) install -e '.[dev,bench]'
	@touch $@

# pip compiles what it installs, but not what it installs in place; where Python may write no bytecode, every start would compile.
compiled: $(VENV)/installed
	@$(BIN)/python -m compileall -q $(filter-out bench,$(OURS))

# -- what to run ---------------------------------------------------------------------------

# 1 means "there are pending changes", which is what a demo is for.
demo: $(VENV)/installed
	@FORCE_COLOR=1 $(BIN)/rewright diff --unsafe fixtures/agents || [ $$? -eq 1 ]

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/rewright scan --unsafe --root . $(OURS)

test: compiled lint
	$(BIN)/python -m pytest -n $(JOBS)

bench: compiled $(VENV)/installed-bench
	$(BIN)/python -m bench.speed
	$(BIN)/python -m bench.patterns

ecosystem: compiled $(VENV)/installed-dev
	$(BIN)/python -m bench.ecosystem
	$(BIN)/python -m bench.asyncio_projects
	$(BIN)/python -m bench.cycles
	$(BIN)/python -m bench.graph_speed $(if $(REFERENCE_TARGET),"$(REFERENCE_TARGET)")

equivalence: compiled $(VENV)/installed-dev
	$(BIN)/python -m bench.equivalence

reference: compiled $(VENV)/installed-dev
	@test -d "$(REFERENCE_TARGET)" || { echo "say where the checkout is: make reference REFERENCE_TARGET=folder" >&2; exit 2; }
	REFERENCE_TARGET="$(REFERENCE_TARGET)" $(BIN)/python bench/reference.py
	$(BIN)/python -m bench.ports_page "$(REFERENCE_TARGET)"
	$(BIN)/python -m bench.sprints "$(REFERENCE_TARGET)"

# NARROWED: the folder with data/narrowed_excepts.jsonl and tools/; MIRRORS: clones of the repositories named in it.
NARROWED ?= ../shared
MIRRORS ?= ../.mirror
inference: compiled $(VENV)/installed-dev
	@test -d "$(NARROWED)" || { echo "say where the cases are: make inference NARROWED=folder MIRRORS=folder" >&2; exit 2; }
	$(BIN)/python -m bench.inference --mirrors "$(MIRRORS)" --data "$(NARROWED)/data/narrowed_excepts.jsonl" --tools "$(NARROWED)/tools"

# Kills `rewright branch` at every call of git, twice, and looks whether the next run finishes; `make test` does so at every ninth.
deaths: compiled $(VENV)/installed-dev
	REWRIGHT_KILL_STEP=1 $(BIN)/python -m pytest tests/engine/sprints/test_branch_kill.py -n $(JOBS)

pythons: $(VENV)/installed-dev
	$(BIN)/python -m bench.pythons

clean:
	rm -rf $(VENV) .bench build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
