# Two commands matter:  make demo  (the main job on the sample pictures)  and  make test.
# Both set everything up in .venv by themselves and need nothing but Python >= 3.11 and make.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
CORE := CMakeLists.txt pyproject.toml tools/build_backend.py $(wildcard src/core/*)

.PHONY: demo test lint types unit slow tools sanitize wheel docs bench clean

demo: $(VENV)/.installed
	$(BIN)/pickout demo --output demo-out --overwrite

test: $(VENV)/.developer tools lint types unit

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "pickout needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V). Try: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip

$(VENV)/.installed: $(VENV)/bin/python $(CORE)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.developer: $(VENV)/bin/python $(CORE)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.installed

# A screen without a monitor and a browser, for the tests that use them.
tools:
	@sh tools/install_test_tools.sh

lint: $(VENV)/.developer
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.developer
	$(BIN)/mypy

unit: $(VENV)/.developer
	$(BIN)/pytest -n 2 --dist loadfile -m "not slow"

# Minutes long: builds the wheel on a path without a C++ compiler.
slow: $(VENV)/.developer
	$(BIN)/pytest -m slow

# The core under address and undefined-behaviour sanitizers (needs GCC or Clang).
sanitize: $(VENV)/.developer
	sh tools/sanitize.sh $(BIN)/python

wheel: $(VENV)/.developer
	$(BIN)/python -m build --wheel --outdir dist .
	sh tools/try_wheel.sh $(PYTHON) dist

docs: $(VENV)/.developer
	$(BIN)/python tools/make_cli_docs.py

clean:
	rm -rf $(VENV) build dist wheelhouse demo-out .pytest_cache .mypy_cache .ruff_cache
