# Everyday commands. `make run` and `make test` are all a newcomer needs; both work on a machine without Node.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PAGE := backend/stratascope/web/static/index.html
FRONTEND_SOURCES := $(shell find frontend -path frontend/node_modules -prune -o -type f -print 2>/dev/null)
HOST ?= 127.0.0.1
PORT ?= 8000
MODELS ?=

.PHONY: run test oracle setup dev check format bench specimen build types first-screen gallery clean

run: $(PAGE)  ## Build everything and start the dashboard
	$(BIN)/stratascope serve --host $(HOST) --port $(PORT) $(if $(MODELS),--models $(MODELS))

test: check oracle  ## Every check and every test
	$(BIN)/python backend/build_frontend.py test
	$(BIN)/python tests/e2e/chromium.py
	$(BIN)/python -m pytest -n 2 --dist loadfile

# What they need stays out of the environment: tests of the product must not find packages that it comes without.
oracle: $(VENV)/oracle/installed  ## Agreement with libraries that compute the same in their own way
	PYTHONPATH=$(VENV)/oracle $(BIN)/python -m pytest tests/oracle

$(VENV)/oracle/installed: tests/oracle/requirements.txt | $(VENV)/installed
	$(BIN)/python -m pip install --quiet --no-deps --upgrade --target $(VENV)/oracle --requirement $<
	rm -rf $(VENV)/oracle/tests  # one of them installs its own under our tests' name
	touch $@

setup: $(VENV)/installed  ## Create the environment

$(VENV)/installed: constraints.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

build: $(PAGE)  ## Build the page

$(PAGE): $(VENV)/installed $(FRONTEND_SOURCES)
	$(BIN)/python backend/build_frontend.py build
	touch $@

dev: $(PAGE)  ## The service, and beside it the page as Vite serves it, reloading as you type
	trap 'kill 0' EXIT; $(BIN)/stratascope serve & $(BIN)/python backend/build_frontend.py dev

check: $(VENV)/installed $(PAGE)  ## Formatting, lint, types, import rules; front end too
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python backend/build_frontend.py check

format: $(VENV)/installed  ## Rewrite every file in the house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/python backend/build_frontend.py format

types: $(VENV)/installed  ## Regenerate the front end's API types from OpenAPI
	$(BIN)/stratascope openapi > frontend/openapi.json
	$(BIN)/python backend/build_frontend.py types

first-screen: $(VENV)/installed  ## Compute the results that the page shows before the server has any
	$(BIN)/python -m stratascope.first_screen

gallery: $(VENV)/installed  ## Measure the findings of the gallery and write them into the bundle
	$(BIN)/python -m stratascope.gallery

bench: $(VENV)/installed $(PAGE)  ## Side-by-side measurements; never part of the tests
	$(BIN)/python -m benchmarks

shots: $(VENV)/installed $(PAGE)  ## Pictures of every page in both themes, in build/shots
	$(BIN)/python -m tests.e2e.shots build/shots

# SPECIMEN="--stage tuned" runs one stage, "--smoke" tries the machinery, "--device cuda --size m" takes a GPU.
specimen: $(VENV)/installed  ## Build the bundle again in build/specimen, resuming where it stopped (hours of one core)
	$(BIN)/python -m stratascope.specimen --out build/specimen $(SPECIMEN)

clean:  ## Remove everything that is built
	rm -rf $(VENV) frontend/node_modules backend/stratascope/web/static
