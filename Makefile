# make run: serve the page.  make test: all tests.  make check: lint, types, imports, spelling.  make bench: figures.
# make sheets: contact sheets of the head (Chromium and npm).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.PHONY: run test check bench sheets clean

run: $(VENV)/.run
	$(BIN)/python -m server

test: $(VENV)/.dev
	$(BIN)/python -m pytest

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

bench: $(VENV)/.dev
	$(BIN)/python -m tests.bench

sheets: $(VENV)/.dev
	cd tests/blend_shapes/head && npm install --no-package-lock --no-audit --no-fund
	$(BIN)/python -m tests.sheets

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
