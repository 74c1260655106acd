# Two commands: `make up` starts everything, `make test` proves it. Both set up what they need.
SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3.11
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN := .venv/bin
ARGS ?=
# Processes that tests share, by files: each has its servers, 2 GB in all.
JOBS ?= 2

.PHONY: help up test lint format pictures ollama setup temporal clean

help: ## Show the commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

up: setup ## Start everything (ARGS="--port 8123 --data-dir /some/folder")
	@exec $(RUN)/holdfast up $(ARGS)

test: setup temporal ## Run all tests in two processes (ARGS="tests/commands -k up" JOBS=0)
	@$(RUN)/python -m commands.ollama_server fetch || true  # its tests are skipped then, and say so
	@exec $(RUN)/pytest -n $(JOBS) --dist loadfile $(ARGS)

lint: setup ## Check style, types and the direction of imports
	@$(RUN)/ruff check
	@$(RUN)/ruff format --check
	@$(RUN)/mypy
	@$(RUN)/lint-imports

format: setup ## Format the code and sort its imports
	@$(RUN)/ruff check --fix
	@$(RUN)/ruff format

pictures: setup ## Take the README's pictures of a running `make up` (ARGS="DATA_DIR URL")
	@$(RUN)/python -m tests.ui.pictures $(ARGS)

ollama: setup ## Run an Ollama server on loopback, built from source where there is none
	@exec $(RUN)/python -m commands.ollama_server

setup: .venv/.ready ## Make the environment
	@:

temporal: setup ## Fetch the Temporal server
	@$(RUN)/python -m commands.temporal_server

clean: ## Remove the environment; data folders stay
	@rm -rf .venv .tools

.venv/.ready: pyproject.toml uv.lock | $(UV)
	@echo "Environment: installing what uv.lock names"
	@$(UV) sync --locked --quiet --compile-bytecode --python 3.11 || { \
	  echo "Environment: uv sync failed (see above). It needs Python 3.11 and a package index." >&2; exit 1; }
	@touch $@

.tools/bin/uv:
	@command -v $(PYTHON) >/dev/null || { echo "Environment: $(PYTHON) is not installed (or set PYTHON=...)" >&2; exit 1; }
	@echo "Environment: installing uv into .tools"
	@$(PYTHON) -m venv .tools && .tools/bin/pip install --quiet --disable-pip-version-check "uv>=0.9" || { \
	  echo "Environment: could not install uv by pip (see above). Debian needs the package python3.11-venv." >&2; exit 1; }
