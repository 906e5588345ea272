# `make demo` builds the example bid, `make test` runs the tests; both set up what they need first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Without LibreOffice the example has no page numbers, and is built as a draft.
DRAFT = $(shell $(BIN)/python -c 'from bidkit.office import find_office; print("" if find_office() else "--draft")')

.PHONY: demo test test-lowest lint golden lock docs changelog clean help

help:
	@echo "make demo    set up, then build the example bid into examples/water/dist/"
	@echo "make test    set up, then run the tests"
	@echo "make lint    lint, format, types and the import contract"
	@echo "make test-lowest  run the tests with the lowest versions that pyproject.toml allows"
	@echo "make lock    write requirements-*.txt anew from pyproject.toml: every version with its hashes"
	@echo "make golden  write the readable dumps in tests/golden anew; read the diff before committing"
	@echo "make docs    build the documentation in both languages into build/docs/"
	@echo "make changelog  what the next release would say of itself"

$(VENV)/.ready: pyproject.toml requirements-dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.txt
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	touch $@

$(VENV)/.docs: $(VENV)/.ready requirements-docs.txt
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-docs.txt
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

lock: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --custom-compile-command "make lock" \
	  --group dev --output-file requirements-dev.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --custom-compile-command "make lock" \
	  --constraint requirements-dev.txt --group pyproject.toml:docs --output-file requirements-docs.txt

test-lowest: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet uv
	$(PYTHON) -m venv $(VENV)-lowest
	$(BIN)/uv pip compile --quiet --resolution lowest-direct --group dev --output-file $(VENV)-lowest/versions.txt pyproject.toml
	$(BIN)/uv pip install --quiet --python $(VENV)-lowest/bin/python --requirement $(VENV)-lowest/versions.txt --editable .
	$(VENV)-lowest/bin/python -m pytest

clean:
	rm -rf $(VENV) $(VENV)-lowest build/docs build/docs-source examples/*/dist
