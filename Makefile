# Two commands matter:  make demo  (the main job on the sample pictures)  and  make test.
# Both set everything up in .venv by themselves and need nothing but Python >= 3.11 and make.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
CORE := CMakeLists.txt pyproject.toml tools/build_backend.py $(wildcard src/core/*)
# An editable installation knows modules by name: it is made again when one comes, goes or moves.
MODULES := $(shell find src/pickout -name '*.py' | LC_ALL=C sort | cksum | cut -d ' ' -f 1)
INSTALLED := $(VENV)/.installed-$(MODULES)
DEVELOPER := $(VENV)/.developer-$(MODULES)

.PHONY: demo test lint types unit network slow tools sanitize wheel docs clean

demo: $(INSTALLED)
	$(BIN)/pickout demo --output demo-out --overwrite

test: $(DEVELOPER) tools lint types unit

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "pickout needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V). Try: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip

$(INSTALLED): $(CORE) | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(DEVELOPER): $(CORE) | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(INSTALLED)

# A screen without a monitor and a browser, for the tests that use them.
tools:
	@sh tools/install_test_tools.sh

lint: $(DEVELOPER)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(DEVELOPER)
	$(BIN)/mypy

unit: $(DEVELOPER)
	$(BIN)/pytest -n 2 --dist loadfile -m "not slow"

# Training the network needs PyTorch, which is large; without it its tests are skipped.
TORCH ?= torch==2.13.0
network: $(DEVELOPER)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '$(TORCH)' 'onnx>=1.16'
	$(BIN)/pytest tests/test_training_network.py

# Minutes long: builds the wheel on a path without a C++ compiler.
slow: $(DEVELOPER)
	$(BIN)/pytest -m slow

# The core under address and undefined-behaviour sanitizers (needs GCC or Clang).
sanitize: $(DEVELOPER)
	sh tools/sanitize.sh $(BIN)/python

wheel: $(DEVELOPER)
	$(BIN)/python -m build --wheel --outdir dist .
	sh tools/try_wheel.sh $(PYTHON) dist

docs: $(DEVELOPER)
	$(BIN)/python tools/make_cli_docs.py

clean:
	rm -rf $(VENV) build dist wheelhouse demo-out .pytest_cache .mypy_cache .ruff_cache
