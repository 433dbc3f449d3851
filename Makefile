# Every target sets up what it needs; `make help` lists them.
#
#   PYTHON=python3.12      the interpreter that makes the venv (3.11 or newer)
#   PYTEST_ARGS="-k fifo"  passed to pytest
#   JOBS=2                 parallel tests (default: one a core, at most 4)

PYTHON ?= python3
JOBS ?= auto
PYTEST_ARGS ?=
DEMO_ARGS ?=
BENCH_ARGS ?=
RATES_ARGS ?=
NETWORKS_ARGS ?=
SYNTH_TABLE_ARGS ?=
FORMAL_ARGS ?=
MUTATE_ARGS ?=
MUTATE_PYTHON_ARGS ?=
COVERAGE_ARGS ?=
MINUTES ?= 1
SOAK_ARGS ?=
EXHAUSTIVE_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.SUFFIXES:
.DELETE_ON_ERROR:
# Two pips in one venv would get in each other's way.
.NOTPARALLEL:
.PHONY: help setup demo quick test lint docs bench rates networks synth-table formal mutate mutate-python coverage soak exhaustive clean distclean

help:
	@echo "make demo         generate an engine, simulate it, compare it with the models"
	@echo "make quick        lint, types, and the tests without simulators and TensorFlow: two minutes"
	@echo "make test         every test, in parallel (PYTEST_ARGS=...)"
	@echo "make lint         ruff: rules and format; mypy: types"
	@echo "make docs         the documentation as HTML, in build/site; a warning is an error"
	@echo "make bench        both arrays on eight networks; the models, RTL and SCALE-Sim side by side"
	@echo "make rates        images per second on an ECP5-85k, the fastest engine of each kind"
	@echo "make networks     full-size networks on both arrays, every layer in RTL, against their runtimes"
	@echo "make formal       prove the modules' promises, and break each promise by a fault: two minutes"
	@echo "make mutate       seven builds, 1,000 mutants each, killed by the recorded regression"
	@echo "make mutate-python  300 mutants of four Python packages, killed by the quick tests: twenty minutes"
	@echo "make coverage     lines, branches, toggles, Python and the functional table: a page in build/"
	@echo "make soak         random streams on random builds, every port in every cycle (MINUTES=1)"
	@echo "make exhaustive   every geometry that three small builds accept, in RTL: three minutes"
	@echo "make synth-table  synthesise the engines that the quick area estimate is fitted to"
	@echo "make setup        the venv with all dependencies, and nothing else"
	@echo "make clean        remove what was made, but not the venv"
	@echo "make distclean    remove the venv too"

setup: $(VENV)/.stamp-test

demo: $(VENV)/.stamp-sim
	@$(BIN)/python scripts/demo.py $(DEMO_ARGS)

quick: lint
	@$(BIN)/python -m pytest --quick -q -n $(JOBS) --maxprocesses 4 --dist worksteal $(PYTEST_ARGS)

test: $(VENV)/.stamp-test
	@$(BIN)/python -m pytest -n $(JOBS) --maxprocesses 4 --dist worksteal $(PYTEST_ARGS)

lint: $(VENV)/.stamp-quick
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy dwsim

# The variable silences an advertisement that the theme prints in every build.
docs: $(VENV)/.stamp-docs
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	@echo "docs: open build/site/index.html"

networks: $(VENV)/.stamp-test
	@$(BIN)/python scripts/networks.py $(NETWORKS_ARGS)

bench: $(VENV)/.stamp-sim
	@$(BIN)/python scripts/bench.py $(BENCH_ARGS)

rates: $(VENV)/.stamp-sim
	@$(BIN)/python scripts/image_rates.py $(RATES_ARGS)

formal: $(VENV)/.stamp-formal
	@$(BIN)/python -m tests.formal $(FORMAL_ARGS)

mutate: $(VENV)/.stamp-test
	@$(BIN)/python -m tests.mutation $(MUTATE_ARGS)

mutate-python: $(VENV)/.stamp-test
	@$(BIN)/python -m tests.python_mutants $(MUTATE_PYTHON_ARGS)

coverage: $(VENV)/.stamp-test
	@mkdir -p build
	@$(BIN)/python -m coverage run --data-file=build/python.coverage --branch --source=dwsim \
	-m pytest --quick -q
	@$(BIN)/python -m tests.code_coverage $(COVERAGE_ARGS)

soak: $(VENV)/.stamp-test
	@$(BIN)/python -m tests.soak --minutes $(MINUTES) $(SOAK_ARGS)

exhaustive: $(VENV)/.stamp-test
	@$(BIN)/python -m tests.exhaustive $(EXHAUSTIVE_ARGS)

synth-table: $(VENV)/.stamp-sim
	@$(BIN)/python scripts/synth_table.py $(SYNTH_TABLE_ARGS)

# One stamp for each set of extras of pyproject.toml: the demo need not wait for TensorFlow.
$(VENV)/.stamp-sim: EXTRAS := fast,sim,synth,tflite
$(VENV)/.stamp-formal: EXTRAS := formal
$(VENV)/.stamp-test: EXTRAS := test
$(VENV)/.stamp-quick: EXTRAS := quick
$(VENV)/.stamp-docs: EXTRAS := docs

$(VENV)/.stamp-%: pyproject.toml $(VENV)/.stamp-python
	@echo "setup: installing dwsim[$(EXTRAS)] into $(VENV)"
	@$(PIP) install --editable ".[$(EXTRAS)]"
	@touch $@

$(VENV)/.stamp-python: scripts/check_system.sh
	@PYTHON="$(PYTHON)" sh scripts/check_system.sh
	@test -x $(BIN)/python || echo "setup: making $(VENV) with $(PYTHON)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@touch $@

clean:
	@echo "clean: caches, builds, kept simulators and verdicts"
	@rm -rf build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis
	@if [ -x $(BIN)/python ]; then \
	cache="$$($(BIN)/python -c 'from dwsim.support.cache import cache_root; print(cache_root())')" && \
	rm -rf "$$cache/builds" "$$cache/runtime" "$$cache/locks" "$$cache/verdicts"; \
	else echo "clean: without $(VENV), simulators and verdicts in the cache folder are kept"; fi
	@find docs dwsim tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean
	@echo "distclean: $(VENV)"
	@rm -rf $(VENV)
