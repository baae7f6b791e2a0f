# The newcomer's two commands: `make report` and `make test`. Written for GNU make 3.81, which macOS has.

PYTHON ?= python3
# More options for pip, for example the index of PyTorch's CPU builds, which are much smaller:
#   make report PIP_OPTIONS="--extra-index-url ADDRESS"
PIP_OPTIONS ?=
VENV ?= .venv
OUTPUT ?= build
# How many processes run the tests; each file stays in one of them, with what its tests share.
TEST_PROCESSES ?= 2

BIN := $(VENV)/bin
REPORT_READY := $(VENV)/.report-ready
TEST_READY := $(VENV)/.test-ready
DOCS_READY := $(VENV)/.docs-ready
OTHER_READY := $(VENV)/.other-ready
PIP_INSTALL = $(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt $(PIP_OPTIONS)

# Homebrew's libraries are outside the folders that macOS searches. Written before each command and not exported,
# because macOS takes DYLD variables away from what /bin/sh inherits.
ifeq ($(shell uname -s),Darwin)
PANGO := DYLD_FALLBACK_LIBRARY_PATH=/opt/homebrew/lib:/usr/local/lib
endif

.DEFAULT_GOAL := help
.PHONY: help report test docs campaigns lint clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

report: $(REPORT_READY) ## Set up, build the quick report, and say where it is
	$(PANGO) $(BIN)/genreport build --profile quick --output "$(OUTPUT)"
	@folder=$$(cd "$(OUTPUT)" && pwd) && printf '\nThe report is here:\n  %s/report.html\n  %s/report.pdf\n' "$$folder" "$$folder"

test: lint ## Set up with the test extras, then run everything that CI runs
	$(PANGO) $(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder

docs: $(DOCS_READY) ## Write the documentation into site/, with every link checked
	$(BIN)/python scripts/reference.py
	$(BIN)/zensical build --strict --clean
	@printf '\nThe documentation is here:\n  %s/site/index.html\n' "$$(pwd)"

# Without a network where the system can take it away; a short share of the cases runs in `make test`.
campaigns: $(TEST_READY) $(OTHER_READY) ## Hunt for faults with random cases for most of an hour; GENREPORT_SEED=N repeats them
	$(PANGO) GENREPORT_CAMPAIGN=full $$(unshare -n true 2>/dev/null && echo unshare -n) \
		$(BIN)/python -m pytest tests/campaigns tests/shaken tests/end_to_end/test_rebuild.py -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder

lint: $(TEST_READY) ## Check style, types and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

clean: ## Delete the environment, the built report and site; the cache and the data stay
	rm -rf "$(VENV)" "$(OUTPUT)" site .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# An environment with a stamp for each set of packages: a second `make` installs nothing unless the pins changed.
$(BIN)/python:
	sh scripts/setup.sh python "$(PYTHON)"
	$(PYTHON) -m venv "$(VENV)"

$(REPORT_READY): pyproject.toml constraints.txt | $(BIN)/python
	sh scripts/setup.sh pango "$(BIN)/python"
	@echo "Installing genreport and its packages in $(VENV); torch is large, the first time takes minutes"
	$(PIP_INSTALL) --editable .
	@touch $@

$(DOCS_READY): $(REPORT_READY)
	$(PIP_INSTALL) --editable ".[docs]"
	@touch $@

$(OTHER_READY): $(REPORT_READY)
	sh scripts/setup.sh other "$(VENV)/other" "$(BIN)/python"
	@touch $@

$(TEST_READY): $(REPORT_READY)
	sh scripts/setup.sh chromium
	@echo "Installing the packages for tests and checks"
	$(PIP_INSTALL) --editable ".[test]"
	sh scripts/setup.sh vnu "$(VENV)/vnu"
	sh scripts/setup.sh crates "$(VENV)/crates" "$(BIN)/python"
	@touch $@
