# make demo and make test need nothing but Python 3.11 or newer, make and git: each creates .venv by itself.

PYTHON ?= python3
UV ?= uv
HELPDESK ?= zammad
WORKERS ?= auto
BIN := .venv/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --no-input
COMPILE := $(UV) pip compile --quiet --universal --generate-hashes --no-header pyproject.toml

# Where a shell forbids bytecode, each of the tests' many processes would compile all that it imports anew.
export PYTHONDONTWRITEBYTECODE :=

PYTEST := $(BIN)/pytest --numprocesses $(WORKERS) --maxprocesses 8 --dist worksteal
COVERED := $(if $(COVERAGE),--cov --cov-report term)

.PHONY: help demo demo-panel test test-fast test-slow lint format generate mutate check run bench chaos audit sbom lock clean
.DELETE_ON_ERROR:

help:
	@echo "make demo       play an outage from the first e-mail to the RFO on a sandbox Zammad (HELPDESK=jira: on Jira)"
	@echo "make demo-panel open a customers' panel with the form in it, on a sandbox helpdesk (until Ctrl-C)"
	@echo "make test-fast  run the unit tests (about a minute)"
	@echo "make test       run all tests but the slow ones (about four minutes on two cores; COVERAGE=1: with the floor)"
	@echo "make test-slow  run the slow ones: processes that are killed, each case at each helpdesk, many more examples"
	@echo "make lint       check style, types, and which module may import which"
	@echo "make format     put the code into the project's style"
	@echo "make generate   write what is made from the code: JSON schemas, configuration reference, parts of the README"
	@echo "make check      check policy, service catalogue and mapping"
	@echo "make run        receive webhooks and work on tickets, with the settings of the environment"
	@echo "make bench      measure"
	@echo "make mutate     change the rules' code a little, one change at a time, and count what no test notices (an hour)"
	@echo "make chaos      kill processes, cut off the database and count what is lost (32 minutes)"
	@echo "make audit      look for known vulnerabilities in the locked dependencies (asks an advisory service)"
	@echo "make sbom       write dist/sbom.json: what a release is made of, with hashes (CycloneDX)"
	@echo "make lock       renew the locked dependencies (needs uv; make lock UPGRADE=1 takes newer versions)"
	@echo "make clean      remove .venv and all caches"

demo: .venv/.run
	@$(BIN)/interspace demo --helpdesk $(HELPDESK) --out documents

demo-panel: .venv/.run
	@exec $(BIN)/python deploy/example-panel/demo.py

test: .venv/.dev
	@$(PYTEST) -m "not slow" $(COVERED)

test-fast: .venv/.dev
	@$(PYTEST) -m "not slow and not process" tests/unit

test-slow: .venv/.dev
	@$(PYTEST) -m "slow or hypothesis" --hypothesis-profile thorough

lint: .venv/.dev
	@failed=0; \
	$(BIN)/ruff check || failed=1; \
	$(BIN)/ruff format --check || failed=1; \
	$(BIN)/mypy || failed=1; \
	$(BIN)/lint-imports --no-logo --no-cache || failed=1; \
	exit $$failed

format: .venv/.dev
	@$(BIN)/ruff check --fix --exit-zero
	@$(BIN)/ruff format

generate: .venv/.dev
	@$(BIN)/python -m tests.generated

check: .venv/.run
	@$(BIN)/interspace check

run: .venv/.run
	@exec $(BIN)/interspace run

mutate: .venv/.dev
	@$(BIN)/python -m tests.mutation $(ONLY)

bench: .venv/.dev
	@$(BIN)/python -m tests.benchmarks

chaos: .venv/.dev
	@$(BIN)/python -m tests.chaos

audit: .venv/.dev
	@$(BIN)/python -m tests.audit

sbom: .venv/.dev
	@mkdir -p dist
	@$(BIN)/cyclonedx-py requirements requirements.lock --output-reproducible --output-file dist/sbom.json

lock:
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --group build --output-file requirements.lock
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --group build --extra notify --constraints requirements.lock \
		--output-file requirements-notify.lock
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --group build --extra telemetry --constraints requirements-notify.lock \
		--output-file requirements-telemetry.lock
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --group dev --constraints requirements-notify.lock \
		--constraints requirements-telemetry.lock --output-file requirements-dev.lock

clean:
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis mutants
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: a stage is repeated only where what it was made from has changed.

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed and $(PYTHON) is not; name another: make PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: requirements.lock pyproject.toml | .venv/.python
	@echo "Installing what the connector needs into .venv (once)"
	@$(INSTALL) --require-hashes --requirement requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.run
	@echo "Installing what its tests need into .venv (once)"
	@$(INSTALL) --require-hashes --requirement requirements-dev.lock
	@touch $@
