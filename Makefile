# Every target does its own set-up; a second run skips what is done.
#   make report   the Hà Nội half-term report, from the embedded data
#   make test     the tests

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
SYSTEM ?= yes
UV_VERSION := 0.13.9
UV := .uv/bin/uv
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
# Matrices here are small: threads of BLAS wait for each other, and change the last digits with the number of cores.
export OPENBLAS_NUM_THREADS ?= 1
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH
unexport VIRTUAL_ENV

LOCK := $(shell cat uv.lock pyproject.toml 2>/dev/null | sha256sum | cut -c1-16)
STAMP := .venv/.ready-$(LOCK)
LAB_STAMP := .venv-lab/.ready-$(LOCK)
CLUSTER_STAMP := .venv-cluster/.ready-$(LOCK)
CLI := .venv/bin/discipline-stats

.PHONY: help setup system report test test-office test-cluster test-lab test-production test-env test-versions lint format lab app docs bench bench-reports environment architecture hooks audit clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

setup: $(STAMP) system ## install everything needed to render and test

$(UV):
	@echo "Setting up uv $(UV_VERSION) in .uv (once)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or later is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another one: make PYTHON=python3.12 ..." >&2; exit 4; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "The system package python3-venv is missing. Install it: apt-get install python3-venv" >&2; exit 4; }
	@rm -rf .uv && $(PYTHON) -m venv .uv
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(STAMP): uv.lock pyproject.toml | $(UV)
	@echo "Installing the locked packages in .venv"
	@$(UV) sync --locked --quiet --compile-bytecode --python $(PYTHON)
	@rm -f .venv/.ready-* && touch $@

$(LAB_STAMP): uv.lock pyproject.toml | $(UV)
	@echo "Installing JupyterLab in .venv-lab"
	@UV_PROJECT_ENVIRONMENT=.venv-lab $(UV) sync --locked --quiet --compile-bytecode --no-default-groups --group lab --python $(PYTHON)
	@rm -f .venv-lab/.ready-* && touch $@

$(CLUSTER_STAMP): uv.lock pyproject.toml | $(UV)
	@echo "Installing dask in .venv-cluster"
	@UV_PROJECT_ENVIRONMENT=.venv-cluster $(UV) sync --locked --quiet --compile-bytecode --group cluster --python $(PYTHON)
	@rm -f .venv-cluster/.ready-* && touch $@

# System packages: only as root, printed first, never when SYSTEM=no. Without Chromium the report is
# complete but for the PNG and SVG charts, and the command says so (exit code 4).
system:
	@if [ "$(SYSTEM)" = no ] || [ -n "$${BROWSER_PATH:-}" ] || command -v chromium chromium-browser google-chrome >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	  echo "Installing the system package chromium (opt out: make SYSTEM=no ...)"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >/dev/null \
	    || echo "chromium could not be installed: PNG and SVG charts will be missing" >&2; \
	else \
	  echo "Chromium is not installed: PNG and SVG charts will be missing. As root: apt-get install chromium" >&2; \
	fi

report: setup ## render the Hà Nội half-term report 2020-2025 to reports/output/
	@$(CLI) report period --place ha-noi --period 2020-2025/half --lang vi --to html,ipynb,png,svg

test: setup ## run the tests (needs Chromium)
	@.venv/bin/python -m pytest -n auto --dist worksteal

test-production: setup ## run the tests that make many reports, kill them and take them up again (some minutes)
	@.venv/bin/python -m pytest -n auto --dist worksteal tests/production/production_*.py

test-office: setup ## run the tests that open documents in LibreOffice
	@command -v soffice >/dev/null 2>&1 || { echo "LibreOffice is missing. Install it: apt-get install libreoffice-writer libreoffice-calc libreoffice-impress" >&2; exit 4; }
	@command -v pdftotext >/dev/null 2>&1 || { echo "pdftotext is missing. Install it: apt-get install poppler-utils" >&2; exit 4; }
	@.venv/bin/python -m pytest tests/office/office_*.py

test-cluster: $(CLUSTER_STAMP) ## run the tests on a dask scheduler with two workers, and check the systemd units
	@command -v systemd-analyze >/dev/null 2>&1 || { echo "systemd-analyze is missing. Install it: apt-get install systemd" >&2; exit 4; }
	@.venv-cluster/bin/dask --version >/dev/null 2>&1 || { echo "dask is missing in .venv-cluster. Remove that folder and run again: rm -rf .venv-cluster" >&2; exit 4; }
	@.venv-cluster/bin/python -m pytest tests/cluster/cluster_*.py

lint: setup ## check style and types
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

format: setup ## put the code into the house style
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

lab: $(LAB_STAMP) ## open JupyterLab on notebooks/start.ipynb (settings: packaging/jupyter)
	@JUPYTER_CONFIG_PATH="$(CURDIR)/packaging/jupyter" .venv-lab/bin/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) $(LAB_FLAGS)

app: setup ## serve the explorer as a local page, on this machine only, until Ctrl-C
	@$(CLI) app

test-lab: setup $(LAB_STAMP) ## run the start notebook in JupyterLab in a real Chromium: charts, panel, completion, no request elsewhere
	@.venv/bin/python -m pytest tests/lab/lab_*.py

bench: setup ## measure against the peers, side by side (a cold report, the array statistics, reading and checking, charts, documents, the explorer)
	@.venv/bin/python benchmarks/cold_report.py
	@.venv/bin/python benchmarks/array_statistics.py
	@.venv/bin/python benchmarks/monitoring.py
	@.venv/bin/python benchmarks/backtest.py
	@.venv/bin/python benchmarks/read_and_check.py
	@.venv/bin/python benchmarks/charts.py
	@.venv/bin/python benchmarks/documents.py
	@.venv/bin/python benchmarks/explorer.py

bench-reports: setup ## measure batches of reports against the peers, and how they grow (half an hour)
	@.venv/bin/python benchmarks/report_batch.py

environment: setup ## write environment.yml anew from the lock
	@.venv/bin/python packaging/environment_yml.py > environment.yml

test-env: setup ## install exactly environment.yml into a clean environment and render a report there
	@.venv/bin/python tests/environment/clean_install.py

test-versions: $(UV) ## run the tests on every supported Python found (at least two)
	@bash tests/environment/versions.sh $(UV)

docs: setup ## build the docs into site/, strict and offline
	@SOURCE_DATE_EPOCH=1767225600 NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --strict
	@echo site/index.html

architecture: setup ## draw docs/architecture.svg anew from the imports
	@.venv/bin/python packaging/architecture.py

hooks: setup ## install the checks before each commit (ruff, notebooks, secrets, floors, data package)
	@.venv/bin/pre-commit install

audit: setup ## look every locked package up in the vulnerability database
	@$(UV) export --locked --quiet --all-groups --no-emit-project --no-hashes > .venv/audit.txt
	@.venv/bin/pip-audit --strict --disable-pip --no-deps -r .venv/audit.txt

clean: ## remove the environments and the outputs
	@rm -rf .uv .venv .venv-* .cache site reports/output
