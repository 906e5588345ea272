# `make demo` builds the example bid, `make test` runs the tests; both set up what they need first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-lowest lint golden lock clean help

help:
	@echo "make demo    set up, then build the example bid into examples/water/dist/"
	@echo "make test    set up, then run the tests"
	@echo "make lint    lint, format, types and the import contract"
	@echo "make test-lowest  run the tests with the lowest versions that pyproject.toml allows"
	@echo "make lock    write requirements-dev.txt anew from pyproject.toml: every version with its hashes"
	@echo "make golden  write the readable dumps in tests/golden anew; read the diff before committing"

$(VENV)/.ready: pyproject.toml requirements-dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.txt
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	touch $@

demo: $(VENV)/.ready
	$(BIN)/bidkit build examples/water/deals/water/deal.yaml

test: $(VENV)/.ready
	$(BIN)/python -m pytest

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

golden: $(VENV)/.ready
	$(BIN)/python examples/sign.py $(dir $(wildcard examples/*/bidkit.yaml))
	$(BIN)/python -m pytest tests/test_examples.py --update-golden

lock: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --custom-compile-command "make lock" \
	  --group dev --output-file requirements-dev.txt pyproject.toml

test-lowest: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet uv
	$(PYTHON) -m venv $(VENV)-lowest
	$(BIN)/uv pip compile --quiet --resolution lowest-direct --group dev --output-file $(VENV)-lowest/versions.txt pyproject.toml
	$(BIN)/uv pip install --quiet --python $(VENV)-lowest/bin/python --requirement $(VENV)-lowest/versions.txt --editable .
	$(VENV)-lowest/bin/python -m pytest

clean:
	rm -rf $(VENV) $(VENV)-lowest examples/*/dist
