# Two commands are all a newcomer needs: `make demo` and `make test`. Both do their own set-up.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

# Byte code is compiled here, once: some machines forbid Python to write it, and every start would pay.
INSTALL = $(BIN)/uv pip install -q --compile-bytecode -c constraints.txt -p $(BIN)/python

.PHONY: demo test plans lint types architecture components pytest constraints documents picture clean
.DELETE_ON_ERROR:

demo: $(VENV)/.ready
	$(BIN)/outgrow demo

test: lint types architecture pytest

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.ready-dev
	$(BIN)/mypy

architecture: $(VENV)/.ready-dev
	$(BIN)/lint-imports --no-cache

components: $(VENV)/.ready-dev ## install the Debian packages that some tests need, where it may
	$(BIN)/python tools/components.py

pytest: components
	$(BIN)/pytest -n 2 --dist loadfile

picture: $(VENV)/.ready ## redraw the pictures, from the demo platform and of the made-up shapes
	rm -f build/picture.db
	$(BIN)/outgrow demo --database-url sqlite:///build/picture.db --seed 7 --today 2026-11-22 > /dev/null
	$(BIN)/outgrow forecast storage_used_gb --database-url sqlite:///build/picture.db --as-of 2026-11-22 --svg docs/forecast.svg
	$(BIN)/outgrow ladder --config examples/demo/outgrow.toml --database-url sqlite:///build/picture.db --as-of 2026-11-22 --svg docs/plan.svg > /dev/null
	$(BIN)/python benchmarks/shapes.py --picture docs/shapes.svg

plans: $(VENV)/.ready-dev ## write the frozen plans of the demo platform anew, to be reviewed as a difference
	$(BIN)/python -m tests.accuracy.freeze

documents: $(VENV)/.ready-dev ## write the tables of fields in the reference anew, from the types of documents
	$(BIN)/python tools/documents.py

constraints: $(VENV)/.uv ## write the tested versions down anew (no registry's address)
	$(BIN)/uv pip compile -q pyproject.toml --all-extras --group dev --universal --no-header --no-annotate -o constraints.txt --upgrade

$(VENV)/.uv:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check uv
	touch $@

$(VENV)/.ready: $(VENV)/.uv pyproject.toml constraints.txt
	$(INSTALL) -e '.[postgres,charts]'
	$(BIN)/python -m compileall -q src
	touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	$(INSTALL) -e '.[postgres,mysql,charts,fit]' --group dev
	touch $@

clean:
	rm -rf $(VENV) build
