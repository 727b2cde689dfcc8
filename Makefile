# The few commands a person needs. Each sets up what it needs by itself.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*/\1/p' $(firstword $(MAKEFILE_LIST)))

help: ## Show the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

setup: .venv/.ready ## Make .venv with chairtime in it

.venv/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

demo: setup ## Watch a caller being found, booked, confirmed and cancelled
	@$(BIN)/chairtime demo

demo-slow: setup ## The same with a practice system that takes 20 seconds
	@$(BIN)/chairtime demo --slow

test: setup ## Run the tests
	$(BIN)/python -m pytest -q -n auto --dist worksteal

coverage: setup ## Run the tests and gate branch coverage
	$(BIN)/python -m coverage erase
	$(BIN)/python -m pytest -q -n auto --dist worksteal --cov --cov-report=
	$(BIN)/python -m coverage report

bench-matching: setup ## Measure how well callers are found by what a speech recogniser hears
	@$(BIN)/python -m bench.matching --write

bench-callers: setup ## Measure whether the time an answer takes tells who is on file; writes docs/security.md
	@$(BIN)/python -m bench.callers

bench-polling: setup ## Measure what finding outcomes costs, against a plain loop
	@$(BIN)/python -m bench.polling

bench-reads: setup ## Measure what reads cost against a bare echo tool; writes docs/performance.md
	@$(BIN)/python -m bench.reads

lint: setup ## Check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## Check types
	$(BIN)/pyright

.venv/audit/.ready: requirements.audit.lock
	$(PYTHON) -m venv .venv/audit
	.venv/audit/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

audit: .venv/audit/.ready ## Look for known vulnerabilities in what is locked: UNCHECKED=allow where no source is reached
	@.venv/audit/bin/python tests/dependencies.py requirements.lock $(if $(UNCHECKED),--$(UNCHECKED)-unchecked)

inspector: setup ## Drive the server with MCP Inspector's command line over every transport
	tests/inspector/run

conformance: setup ## Run the protocol's conformance suite against the server in both revisions
	tests/conformance/run

clients: setup ## Drive the server with the voice runtimes' own clients: ONLY="sdk livekit"
	@$(BIN)/python tests/clients/table.py $(ONLY)

clients-lock: ## Pin what the clients' environments hold anew (needs uv)
	@tests/clients/requirements/pin

tool-list: setup ## Write the snapshot of the tools anew
	$(BIN)/python tests/tool_list.py

tokens: setup ## Count the tokens that the tools take of a model's context, and gate the default set
	@tests/tokens/run

tool-pages: setup ## Write docs/tools.md and the table of docs/tool-choice.md anew
	$(BIN)/python tests/tool_reference.py
	$(BIN)/python -m bench.tool_choice --write

tool-choice: setup ## Score who chooses tools for callers' sentences: CHOOSER="command", or URL= and MODEL= of a model here
	@$(BIN)/python -m bench.tool_choice $(if $(CHOOSER),--command "$(CHOOSER)") $(if $(URL),--url "$(URL)" --model "$(MODEL)")

chaos: setup ## Prove the ledger in a storm: COUNT=1000 operations, SEED=7
	$(BIN)/python -m bench.chaos --count $(or $(COUNT),1000) --seed $(or $(SEED),7)

fuzz: setup ## Attack a running server: COUNT=20000 requests, SEED=7
	$(BIN)/python -m bench.fuzz --count $(or $(COUNT),20000) --seed $(or $(SEED),7)

machine: setup ## Send the whole system through random histories in virtual time: EXAMPLES=500
	MACHINE_EXAMPLES=$(or $(EXAMPLES),500) $(BIN)/python -m pytest -q -n 0 tests/machine/test_machine.py

packages: setup ## Build the wheel, the sdist, the bundle and the image's steps, and use each as people do
	$(BIN)/python -m pytest -q -n 2 --dist worksteal tests/packages/packed.py

deploy-check: setup ## Try deploy/ with a real nginx and systemd's own checks (installs them where apt is and one may)
	@tests/packages/deploy_check

calls: setup ## Play whole calls against a running server: CALLS="nickname twins" for some of them
	@PYTHONPATH=tests $(BIN)/python -m calls $(CALLS)

lock: ## Write requirements.lock and requirements.audit.lock anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --group dev pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --group audit -o requirements.audit.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --constraint requirements.lock pyproject.toml -o requirements.runtime.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --constraint requirements.lock --group build -o requirements.build.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --group packages -o requirements.packages.lock

check: lint types coverage inspector ## What every change has to pass; .ci/run has the rest

clean:
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .coverage*
