# Two commands are all a newcomer needs: `make run` and `make test`. Both set up what is missing.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
RUN := .venv
TEST := .venv-test
PEERS := .venv-peers
export DO_NOT_TRACK := 1
export RUNTIME__DLTHUB_TELEMETRY := false
export DBT_SEND_ANONYMOUS_USAGE_STATS := 0
export GX_ANALYTICS_ENABLED := false

.PHONY: help run ui test whole chaos days check unit lint types walls sql chromium benchmark catalogue clean

help:  ## what each target does
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1	\2/'

$(RUN)/.ready: requirements.lock pyproject.toml
	@echo "Setting up $(RUN) (about 150 packages, a minute or two) ..."
	@$(PYTHON) -m venv $(RUN)
	@$(RUN)/bin/pip install -q --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.lock
	@$(RUN)/bin/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(TEST)/.ready: requirements-test.lock pyproject.toml
	@echo "Setting up $(TEST) (about 180 packages, two minutes) ..."
	@$(PYTHON) -m venv $(TEST)
	@$(TEST)/bin/pip install -q --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-test.lock
	@$(TEST)/bin/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(PEERS)/.ready: requirements-peers.lock
	@echo "Setting up $(PEERS) (what benchmarks measure against) ..."
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/pip install -q --disable-pip-version-check --require-hashes --only-binary :all: --no-binary channelattribution -r requirements-peers.lock
	@touch $@

run: $(RUN)/.ready  ## the whole run: sandbox company (or your accounts) to published marts and report
	@$(RUN)/bin/engineroom run

ui: $(RUN)/.ready  ## the Dagster UI on loopback
	@$(RUN)/bin/engineroom ui

chromium:
	@command -v chromium >/dev/null || { command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } \
		|| echo "chromium is not here and could not be installed: browser tests will be skipped, and say so"

test: check whole  ## everything that continuous integration runs

# Two at a time. Not reordered by the number of tests: files of one long test would come last, when
# nothing is left to run beside them.
whole: $(TEST)/.ready chromium  ## whole runs, real rows, vendors' clients, gates and browsers
	@$(TEST)/bin/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder \
		-m "(slow or browser) and not chaos"

chaos: $(TEST)/.ready  ## the long form: ten kills, two runs on a warm home, a disk full at eight sizes
	@$(TEST)/bin/python -m pytest -q -m chaos

days: $(TEST)/.ready  ## the long form: thirty simulated days, one by one
	@ENGINEROOM_DAYS=30 $(TEST)/bin/python -m pytest -q -m slow tests/e2e/test_simulated_days.py

check: lint types walls sql unit  ## lint, types, walls, SQL rules and unit tests (a minute or two)

lint: $(TEST)/.ready
	@$(TEST)/bin/ruff check .
	@$(TEST)/bin/ruff format --check .

types: $(TEST)/.ready
	@$(TEST)/bin/ty check --python $(TEST)

walls: $(TEST)/.ready
	@$(TEST)/bin/lint-imports

# Two at a time: one takes a minute of one core.
sql: $(TEST)/.ready
	@find transform/models transform/tests -name '*.sql' | xargs -P 2 -n 40 $(TEST)/bin/sqruff lint --parsing-errors
	@cd transform && ../$(TEST)/bin/dbt -q parse --profiles-dir .
	@$(TEST)/bin/dbt-bouncer run --config-file dbt-bouncer.yml --show-all-failures

unit: $(TEST)/.ready
	@$(TEST)/bin/python -m pytest -q -n 2 --dist loadfile -m "not slow and not browser and not chaos"

benchmark: $(TEST)/.ready $(PEERS)/.ready  ## stages of a run; loads beside a loop by hand; journeys and identity against peers
	@$(TEST)/bin/python -m benchmarks.stages --scale 1
	@$(TEST)/bin/python -m benchmarks.ingestion
	@$(TEST)/bin/python -m benchmarks.attribution
	@$(TEST)/bin/python -m benchmarks.journeys --peers $(PEERS)/bin/python
	@$(TEST)/bin/python -m benchmarks.identity.comparison --peer $(PEERS)/bin/python
	@$(TEST)/bin/python -m benchmarks.fitted_models

catalogue: $(TEST)/.ready  ## write docs/catalogue from what the sources declare
	@$(TEST)/bin/python -m ingestion.catalogue_pages

clean:  ## remove the environments (the data stays)
	@rm -rf $(RUN) $(TEST) $(PEERS)
