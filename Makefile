# LSTM Lab. `make run` serves it, `make test` checks all of it; both set up what they need.

VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test test-extras check screenshots bench models maps literature lock clean

run: $(VENV)/.run
	$(BIN)/python app.py

# The engine's own tests must go through all of it; to count that in the others would slow them.
# Of those, the files with long tests come first, so that two workers end at about the same time.
test: check
	$(BIN)/pytest -n 2 --dist worksteal lstm tests/lstm --cov=lstm --cov-branch --cov-report=term-missing:skip-covered --cov-fail-under=100
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder tests README.md components --ignore=tests/lstm --ignore=tests/extras

# Formatting, lint and types: the quick half of the gate.
check: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# Live against PyTorch, transformers and diffusers, which are large, against UMAP, which is slow to begin, and
# in a portal with the oldest Dash that we allow: a gate of its own.
test-extras: $(VENV)/.extras
	$(BIN)/pytest -m extras tests/extras

screenshots: $(VENV)/.test
	$(BIN)/python -m benchmarks.screenshots

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks

# The trained models that come with the lab, from their seeds: the best part of an hour.
models: $(VENV)/.test
	$(BIN)/python -m models.make

# Their maps, by UMAP: a minute. A model that was made anew needs its maps made anew.
maps: $(VENV)/.test
	$(BIN)/python -m models.maps

# The published results beside ours; only what is not there yet is trained.
literature: $(VENV)/.test
	$(BIN)/python -m benchmarks.literature

# The newest versions within the bounds, written down for the tests.
lock: $(VENV)/.venv
	$(BIN)/pip install --quiet --upgrade -r requirements-test.txt
	$(BIN)/pip freeze --exclude-editable > requirements-lock.txt

$(VENV)/.venv:
	$(PYTHON) -m venv $(VENV) || (apt-get update && apt-get install -y python3-venv && $(PYTHON) -m venv $(VENV))
	touch $@

$(VENV)/.run: $(VENV)/.venv requirements.txt
	$(BIN)/pip install --quiet -r requirements.txt
	touch $@

$(VENV)/.test: $(VENV)/.run requirements-test.txt requirements-lock.txt
	$(BIN)/pip install --quiet -r requirements-test.txt -c requirements-lock.txt
	PYTHON=$(BIN)/python sh tests/install-tools.sh
	touch $@

$(VENV)/.extras: $(VENV)/.test Makefile
	$(BIN)/pip install --quiet "torch==2.13.0" "transformers==5.23.0" \
		"diffusers==0.42.1"
	touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .coverage build dist
