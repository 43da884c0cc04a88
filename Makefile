# make run: serve the page.  make test: all tests; make quick: those without a browser.  make check: lint, types, imports, spelling.
# make bench: figures.  make eval-face: measure the face on recordings (EVAL=FOLDER for others).
# make eval-hearing: count the words that the recognizer gets wrong.
# make train-face: train the network that follows sound anew.
# make train-whisper: train the tiny Whisper of the tests anew.
# make sheets: contact sheets of the head (Chromium).
PYTHON ?= python3
VENV := .venv
EVAL ?= ../shared/eval
EXTRAS ?= dev
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
SOURCES := pyproject.toml hatch_build.py $(shell find web_client blend_shapes/head -type f -not -path '*/node_modules/*' \
  -not -path '*/dist/*' -not -path '*/tests/*' -not -name '*.md' -not -name '*.png' -not -name '*.jpg' -not -name '*.pyc')
UNBUILT := web_client/dist/not_built.txt
done = if [ -e $(UNBUILT) ]; then echo "The page was not built: $$(cat $(UNBUILT))"; else touch $(1); fi
.PHONY: run test quick check bench eval-face eval-hearing train-face train-whisper sheets clean

run: $(VENV)/.run
	$(BIN)/python -m server

test: $(VENV)/.dev
	$(BIN)/python -m pytest

quick: $(VENV)/.dev
	$(BIN)/python -m pytest -m "not browser"

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy hatch_build.py
	$(BIN)/lint-imports
	$(BIN)/codespell

bench: $(VENV)/.dev
	$(BIN)/python -m tests.bench

eval-face: $(VENV)/.dev
	$(BIN)/python -m server eval-face $(EVAL) --noise 10 --json out/eval-face/report.json --plots out/eval-face

eval-hearing: $(VENV)/.dev
	$(BIN)/python -m server eval-hearing $(EVAL)/speech --noise 20 --noise 10

train-face: $(VENV)/.dev
	$(INSTALL) -e '.[train]'
	$(BIN)/python -m server train-face

train-whisper: $(VENV)/.dev
	$(INSTALL) -e '.[train]'
	$(BIN)/python -m tests.whisper make

sheets: $(VENV)/.dev
	$(BIN)/python -m tests.sheets

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# The page is built by the installation (hatch_build.py). Where that fails, the server runs without a page and the next
# call tries again.
$(VENV)/.run: $(SOURCES) | $(VENV)/bin/python
	$(INSTALL) -e .
	@$(call done,$@)

$(VENV)/.dev: $(SOURCES) | $(VENV)/bin/python
	$(INSTALL) -e '.[$(EXTRAS)]'
	@$(call done,$@ $(VENV)/.run)

clean:
	rm -rf $(VENV) web_client/node_modules web_client/dist build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
