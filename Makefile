# `make demo` builds the example bid, `make test` runs the tests; both set up what they need first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Without LibreOffice the example has no page numbers, and is built as a draft.
DRAFT = $(shell $(BIN)/python -c 'from bidkit.office import find_office; print("" if find_office() else "--draft")')

.PHONY: demo test lint golden docs changelog clean help

help:
	@echo "make demo    set up, then build the example bid into examples/water/dist/"
	@echo "make test    set up, then run the tests"
	@echo "make lint    lint, format, types and the import contract"
	@echo "make golden  write the readable dumps in tests/golden anew; read the diff before committing"
	@echo "make docs    build the documentation in both languages into build/docs/"
	@echo "make changelog  what the next release would say of itself"

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $@

$(VENV)/.docs: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --group docs
	touch $@

demo: $(VENV)/.ready
	$(BIN)/bidkit build $(DRAFT) examples/water/deals/water/deal.yaml

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

docs: $(VENV)/.docs
	$(BIN)/python docs/site/make_site.py build/docs

changelog: $(VENV)/.docs
	$(BIN)/towncrier build --draft --version next

clean:
	rm -rf $(VENV) build/docs examples/*/dist
